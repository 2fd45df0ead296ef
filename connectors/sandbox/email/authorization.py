"""Google's and Microsoft's authorization servers; their addresses differ, so one stand-in is both."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.kit.context import HttpResponse
from connectors.sandbox.authorization_server import AuthorizationServer, Refused, answer
from connectors.sandbox.http import Asked

MICROSOFT = "/oauth2/v2.0/token"
# Microsoft's own numbers for what it refuses (learn.microsoft.com, "Microsoft Entra error codes").
_CODES = {"invalid_grant": 70008, "invalid_client": 7000215, "interaction_required": 50076}


class Authorization(AuthorizationServer):
    """As Google ("Using OAuth 2.0 for Web Server Applications") and Microsoft ("code flow") describe it."""

    paths = ("/token", MICROSOFT, "/revoke")
    asks_pkce = True
    rotates = True
    token_prefix = "ya29."  # noqa: S105  (how a token begins)
    _is_microsoft = False

    async def answered(self, asked: Asked, form: dict[str, str]) -> HttpResponse:
        """Google's refresh tokens stay the same; Microsoft's are new each time."""
        self._is_microsoft = asked.path.endswith(MICROSOFT)
        self.rotates = self._is_microsoft
        return await super().answered(asked, form)

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """With an id token; Google gives its refresh token once, Microsoft does not name its own scopes."""
        told = await super().issue(grant)
        claims = {"email": f"you-{grant['account']}@sandbox.example", "email_verified": True}
        body = base64.urlsafe_b64encode(msgspec.json.encode(claims)).rstrip(b"=").decode()
        told["id_token"] = f"e30.{body}.c2ln"
        if self._is_microsoft:
            told["scope"] = " ".join(s for s in grant["scopes"] if s.startswith("https://"))
        elif grant.get("again"):
            del told["refresh_token"]
        return told

    def refusal(self, refused: Refused) -> HttpResponse:
        """Microsoft adds numbers of its own."""
        if not self._is_microsoft:
            return super().refusal(refused)
        number = _CODES.get(refused.error, 900144)
        told = {
            "error": refused.error,
            "error_description": f"AADSTS{number}: {refused.description}",
            "error_codes": [number],
            "trace_id": "00000000-0000-0000-0000-000000000000",
        }
        return answer(told, status=refused.status)
