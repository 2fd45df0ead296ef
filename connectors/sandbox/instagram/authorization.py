"""Instagram's authorization server: a token for an hour, one for 60 days for that, another for that."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import tokens
from connectors.sandbox.authorization_server import AuthorizationServer, Refused, answer
from connectors.sandbox.graph import trace_id
from connectors.sandbox.http import Asked

HOUR_S, LONG_S = 3600, 60 * 86_400
EXCHANGE, REFRESH = "/access_token", "/refresh_access_token"
CODE = "/oauth/access_token"
_GRANT_TYPES = {EXCHANGE: "ig_exchange_token", REFRESH: "ig_refresh_token"}


class Authorization(AuthorizationServer):
    """As Meta describes it ("Business Login for Instagram", "Access Token", "Refresh Access Token")."""

    access_s = HOUR_S
    gives_refresh_token = False
    separator = ","
    token_prefix = "IGAA_"  # noqa: S105  (how a token begins)
    code_suffix = "#_"

    def serves(self, path: str) -> bool:
        """The three addresses, which stand without a version."""
        return path.partition("?")[0].endswith((EXCHANGE, REFRESH))

    async def answered(self, asked: Asked, form: dict[str, str]) -> HttpResponse:
        """The further steps are GETs that carry the token."""
        if asked.path.endswith(CODE):
            return await super().answered(asked, form)
        step = REFRESH if asked.path.endswith(REFRESH) else EXCHANGE
        if form.get("grant_type") != _GRANT_TYPES[step]:
            raise Refused("invalid_request", "grant_type is not supported")
        if step == EXCHANGE and not form.get("client_secret"):
            raise Refused("invalid_client", "Missing client_secret")
        account = tokens.account_of(form.get("access_token", ""))
        if account == tokens.ENDED or "sbx." not in account:
            raise Refused("invalid_grant", "The access token could not be decrypted")
        long = tokens.issued(self.token_prefix, account.rpartition("sbx.")[2], LONG_S)
        return answer({"access_token": long, "token_type": "bearer", "expires_in": LONG_S})

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """The code's answer names the account and what it permits, and no time."""
        told = await super().issue(grant)
        return {
            "access_token": told["access_token"],
            "user_id": 17841400000000000,
            "permissions": list(grant["scopes"]),
        }

    def refusal(self, refused: Refused) -> HttpResponse:
        """Codes are refused in one shape, tokens in the Graph API's."""
        if refused.error != "invalid_grant" or "code" in refused.description:
            told: dict[str, Any] = {
                "error_type": "OAuthException",
                "code": refused.status,
                "error_message": refused.description,
            }
            return answer(told, status=refused.status)
        error = {
            "message": refused.description,
            "type": "OAuthException",
            "code": 190,
            "fbtrace_id": trace_id(),
        }
        return answer({"error": error}, status=400)
