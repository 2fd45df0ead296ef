"""What links an Instagram professional account."""

import dataclasses

from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InstagramCredentials(Credentials):
    """A token of Instagram Login; it speaks for one account, so that no id is asked for."""

    access_token: Secret = credential(
        label="Access token",
        help="A long-lived token of Instagram Login, made for your professional account in your Meta app.",
        pattern=r"[!-~]{16,2000}",
        limit_chars=2000,
        example="IGAA_example_access_token",
    )
