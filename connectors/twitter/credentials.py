"""What links an X account."""

import dataclasses

from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TwitterCredentials(Credentials):
    """The access token an account gave an app by OAuth 2.0; what it may do is in its scopes."""

    access_token: Secret = credential(
        label="User access token",
        help="An OAuth 2.0 user access token of your X app with the scopes tweet.read, tweet.write and "
        "users.read; the guide lists the others.",
        pattern=r"[!-~]{16,1000}",
        limit_chars=1000,
        example="bEFtQXhFeGFtcGxlVXNlckFjY2Vzc1Rva2Vu",
    )
