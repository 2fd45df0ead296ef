"""Meta's authorization server for WhatsApp: a code for a business token, and what that token opens."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import tokens
from connectors.sandbox.authorization_server import AuthorizationServer, Refused, answer
from connectors.sandbox.graph import GraphError, Refusal, number_from
from connectors.sandbox.http import Asked

LIFETIME_S = 10 * 365 * 86_400
# A number that has another PIN.
REFUSED_PIN = "000000"
_PATHS = ("/oauth/access_token", "/debug_token", "/phone_numbers", "/register")


class Authorization(AuthorizationServer):
    """As Meta describes Embedded Signup; business tokens of system users do not end.

    Each person shares one business account with two numbers: the first is not registered yet, the second is.
    """

    separator = ","
    gives_refresh_token = False
    access_s = LIFETIME_S
    token_prefix = "EAA_"  # noqa: S105  (how a token begins)

    def serves(self, path: str) -> bool:
        """What is asked of Meta only while an account is connected."""
        path, _, query = path.partition("?")
        return path.endswith(_PATHS) or "platform_type" in query

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`."""
        account = asked.token
        match asked.path.rpartition("/")[2]:
            case "access_token":
                return await super().answer(asked)
            case "debug_token":
                told: Any = {"data": _described(tokens.account_of(asked.params.get("input_token", "")))}
            case _ if "sbx." not in account:
                return GraphError(Refusal(190, "Invalid OAuth access token.", status=401)).refusal.response()
            case "phone_numbers":
                told = {"data": [{"id": number} for number in _numbers(account)]}
            case "register":
                return await self._registered(asked.path.split("/")[-2], (asked.json or {}).get("pin"))
            case "subscribed_apps":
                told = {"success": True}
            case number:
                is_new = number == _numbers(account)[0] and not await self._store.get(f"registered-{number}")
                told = {"id": number, "platform_type": "NOT_APPLICABLE" if is_new else "CLOUD_API"}
        return answer(told)

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """The token and nothing else."""
        told = await super().issue(grant)
        return {"access_token": told["access_token"], "token_type": "bearer"}

    def refusal(self, refused: Refused) -> HttpResponse:
        """In the Graph API's shape."""
        code, subcode = (100, 36007) if refused.error == "invalid_grant" else (1, None)
        return GraphError(Refusal(code, refused.description, subcode=subcode)).refusal.response()

    async def _registered(self, number: str, pin: Any) -> HttpResponse:
        if not isinstance(pin, str) or len(pin) != 6 or pin == REFUSED_PIN:
            title = "Two step verification PIN Mismatch"
            return GraphError(Refusal(133005, title)).refusal.response()
        await self._store.put(f"registered-{number}", pin, ttl_s=LIFETIME_S)
        return answer({"success": True})


def _numbers(account: str) -> tuple[str, str]:
    return number_from(f"phone {account}", 15), number_from(f"second phone {account}", 15)


def _described(account: str) -> dict[str, Any]:
    """`debug_token` of a business token: the one business account its person shared."""
    if "sbx." not in account:
        return {"is_valid": False}
    shared = [number_from(f"waba {account}", 15)]
    scopes = ("whatsapp_business_management", "whatsapp_business_messaging")
    return {
        "type": "SYSTEM_USER",
        "is_valid": True,
        "expires_at": 0,
        "scopes": list(scopes),
        "granular_scopes": [{"scope": scope, "target_ids": shared} for scope in scopes],
    }
