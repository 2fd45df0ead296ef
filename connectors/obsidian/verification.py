"""Whose vault it is, and what it holds."""

from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.obsidian.credentials import VaultCredentials
from connectors.obsidian.limits import NOTE
from connectors.obsidian.paths import extension, key
from connectors.obsidian.vault import Vault, reading, space_of


async def verify(ctx: ToolContext) -> Identity:
    """The vault's name with what it holds now. A name belongs to its customer alone."""
    credentials = ctx.credentials()
    if not isinstance(credentials, VaultCredentials):
        raise TypeError("these are not a vault's credentials")
    details: dict[str, object] = {"vault": credentials.vault}
    # Nothing is made on the disk for a connection that may come to nothing.
    if space_of(ctx).folder.is_dir():
        details |= await reading(ctx, _held)
    return Identity(
        external_id=key(credentials.vault), label=credentials.vault, details=details, claimed=False
    )


def _held(vault: Vault) -> dict[str, int]:
    entries = list(vault.entries())
    return {
        "notes": sum(extension(e.parts) == NOTE for e in entries),
        "files": len(entries),
        "bytes": sum(e.size for e in entries),
    }
