"""What makes a vault: its name. Hermes keeps the files, so there is nothing secret to hand over."""

import dataclasses

from connectors.kit.credentials import Credentials, credential


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VaultCredentials(Credentials):
    """A vault of the customer's, by name."""

    vault: str = credential(
        label="Vault name",
        help="A name of your choice, such as that of your vault in Obsidian; one name is one vault.",
        pattern=r"[^\s/\\].{0,59}",
        limit_chars=60,
        example="Second Brain",
    )
