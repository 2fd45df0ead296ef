"""X's authorization server: codes for 30 s, access for two hours, a new refresh token at each refresh."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.authorization_server import AuthorizationServer, Refused, answer


class Authorization(AuthorizationServer):
    """As docs.x.com describes it ("OAuth 2.0 Authorization Code Flow with PKCE")."""

    paths = ("/2/oauth2/token", "/2/oauth2/revoke")
    code_s = 30
    access_s = 7200
    rotates = True
    asks_basic = True
    asks_pkce = True

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """A refresh token comes with offline.access only."""
        told = await super().issue(grant)
        if "offline.access" not in grant["scopes"]:
            del told["refresh_token"]
        return told

    def refusal(self, refused: Refused) -> HttpResponse:
        """X says invalid_request of codes and tokens, and unauthorized_client of apps."""
        match refused.error:
            case "invalid_grant":
                told = {
                    "error": "invalid_request",
                    "error_description": "Value passed for the token was invalid.",
                }
                return answer(told, status=400)
            case "invalid_client":
                told = {
                    "error": "unauthorized_client",
                    "error_description": "Missing valid authorization header",
                }
                return answer(told, status=401)
        return super().refusal(refused)
