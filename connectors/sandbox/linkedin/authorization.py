"""LinkedIn's authorization server: access for 60 days, and a refresh token for approved partners only."""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.authorization_server import AuthorizationServer

ACCESS_S = 60 * 86_400
REFRESH_S = 365 * 86_400
# An app whose id holds this is an approved partner's.
PARTNER = "partner"


class Authorization(AuthorizationServer):
    """As learn.microsoft.com describes it ("Authorization Code Flow", "Refresh Tokens with OAuth 2.0")."""

    paths = ("/oauth/v2/accessToken",)
    access_s = ACCESS_S
    token_prefix = "AQX_"  # noqa: S105  (how a token begins)

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """Scopes come back with commas between them; a refresh lets the refresh token's year run on."""
        told = await super().issue(grant)
        told["scope"] = ",".join(grant["scopes"])
        if PARTNER in grant["client_id"]:
            return {**told, "refresh_token_expires_in": REFRESH_S}
        del told["refresh_token"]
        return told
