"""What links a LinkedIn account."""

import dataclasses

from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LinkedInCredentials(Credentials):
    """A member's access token; which pages it may speak for is the member's matter at LinkedIn."""

    access_token: Secret = credential(
        label="Access token",
        help="A token of your LinkedIn app with the permissions openid, profile and w_member_social.",
        pattern=r"[!-~]{16,2000}",
        limit_chars=2000,
        example="AQX_example_access_token",
    )
