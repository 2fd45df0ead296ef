"""Letting Hermes into a WhatsApp Business account: Meta's Embedded Signup, version 4, in its redirect form.

Meta's pages "Embedded Signup" and "Onboarding customers as a Tech Provider": the dialog with a configuration
id gives a code, the code a business token; the app is then subscribed to the account's webhooks and the
number registered with a PIN. Which accounts the token opens is asked of `debug_token` (granular_scopes). The
token of a system user does not end; tokens entered by hand go on working beside this.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.kit.connector import Setting
from connectors.kit.credentials import CredentialField, Credentials
from connectors.kit.meta import items, member, text_of
from connectors.kit.oauth import AppValue, OAuthContext, OAuthSpec, Scope, Tokens
from connectors.kit.oauth_exchanges import request
from connectors.kit.secret import Secret
from connectors.whatsapp.credentials import WhatsAppCredentials
from connectors.whatsapp.errors import explain
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import HttpResponse

OAUTH_BASE = Setting(
    name="WHATSAPP_OAUTH_BASE",
    default="https://www.facebook.com",
    help="Address of Meta's sign-in.",
    is_base=True,
)
_ROOT = "{WHATSAPP_API_BASE}/{META_GRAPH_VERSION}"
_MANAGEMENT = "whatsapp_business_management"
# Meta's code of an ended token, and the subcodes of a code that was used or is too old.
_TOKEN_REFUSED, _CODE_REFUSED = 190, frozenset({36007, 36009})
# A number with another PIN than the one given ("Error codes": 133005).
_OTHER_PIN = 133005
LIMIT_ACCOUNTS = 10
PIN = CredentialField(
    name="pin",
    label="Two-step verification PIN",
    help="The 6 digits of your number, where it has a PIN already; else Hermes sets one.",
    secret=True,
    required=False,
    pattern=r"[0-9]{6}",
    limit_chars=6,
    example="123456",
)


def is_refused(response: HttpResponse) -> bool:
    """Meta's code 190, whatever the status."""
    return response.status >= 400 and member(response.json(), "error").get("code") == _TOKEN_REFUSED


def is_grant_refused(response: HttpResponse) -> bool:
    """A dead token, or a code that is used or too old."""
    subcode = member(response.json(), "error").get("error_subcode")
    return is_refused(response) or subcode in _CODE_REFUSED


async def accounts(ctx: OAuthContext, tokens: Tokens) -> Sequence[Mapping[str, str]]:
    """Every number of every business account the person shared."""
    own = Secret(f"{ctx.app.client_id}|{ctx.app.client_secret.reveal()}")
    asked = {"input_token": tokens.access_token.reveal()}
    told = member(await _json(ctx, "GET", f"{_ROOT}/debug_token", own, params=asked), "data")
    shared = [
        text_of(target)
        for scope in items(told.get("granular_scopes"))
        if scope.get("scope") == _MANAGEMENT and isinstance(scope.get("target_ids"), list)
        for target in scope["target_ids"]
    ]
    found = []
    for account in dict.fromkeys(a for a in shared[:LIMIT_ACCOUNTS] if a.isdecimal()):
        address = f"{_ROOT}/{account}/phone_numbers"
        page = await _json(ctx, "GET", address, tokens.access_token, params={"fields": "id"})
        found += [(account, text_of(number.get("id"))) for number in items(page.get("data"))]
    return [
        {"waba_id": account, "phone_number_id": number, "access_token": tokens.access_token.reveal()}
        for account, number in found
        if number.isdecimal()
    ]


async def settle(ctx: OAuthContext, credentials: Credentials, inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Subscribe Hermes to the account's events and register the number; its PIN is kept.

    A number that Meta's cloud serves already, or that stays on somebody's phone, is registered.
    Raises InvalidArgument where it has another PIN.
    """
    if not isinstance(credentials, WhatsAppCredentials):
        raise TypeError("these are not WhatsApp credentials")
    token, number = credentials.access_token, credentials.phone_number_id
    await _json(ctx, "POST", f"{_ROOT}/{credentials.waba_id}/subscribed_apps", token)
    asked = {"fields": "platform_type,is_on_biz_app"}
    told = await _json(ctx, "GET", f"{_ROOT}/{number}", token, params=asked)
    if told.get("platform_type") == "CLOUD_API" or told.get("is_on_biz_app") is True:
        return {}
    pin = inputs.get("pin") or f"{secrets.randbelow(10**6):06}"
    body = {"messaging_product": "whatsapp", "pin": pin}
    await _json(ctx, "POST", f"{_ROOT}/{number}/register", token, json=body)
    return {"pin": pin}


async def _json(
    ctx: OAuthContext, method: str, address: str, token: Secret, **more: Any
) -> Mapping[str, Any]:
    response = await request(ctx, OAUTH, method, address, bearer=token, **more)
    told = response.json()
    if response.status >= 300:
        if member(told, "error").get("code") == _OTHER_PIN:
            raise InvalidArgument(
                "This number has a two-step verification PIN: enter it, or reset it in WhatsApp Manager.",
                details={"argument": "pin"},
            )
        raise explain(response)
    return told if isinstance(told, dict) else {}


def _tools(*names: str) -> tuple[str, ...]:
    return tuple(f"whatsapp_{name}" for name in names)


OAUTH = OAuthSpec(
    provider="WHATSAPP",
    name="Meta",
    authorize_address="{WHATSAPP_OAUTH_BASE}/{META_GRAPH_VERSION}/dialog/oauth",
    token_address=f"{_ROOT}/oauth/access_token",
    token_method="GET",  # noqa: S106  (a method of HTTP)
    scopes=(
        Scope(
            name=_MANAGEMENT,
            purpose="See your business account, its numbers and templates.",
            is_needed=True,
            is_echoed=False,
        ),
        Scope(
            name="whatsapp_business_messaging",
            purpose="Send and receive messages of your number.",
            tools=_tools(
                *("send_text", "send_media", "react", "mark_read", "send_template"),
                *("send_interactive", "send_card", "get_media"),
            ),
            is_echoed=False,
        ),
    ),
    scope_separator=",",
    authorize_params={"override_default_response_type": "true"},
    app_params={"config_id": "config_id"},
    app_values=(
        AppValue(
            name="config_id",
            label="Configuration ID",
            help="Of Facebook Login for Business, made with the Embedded Signup template.",
            example="1234567890123456",
        ),
    ),
    inputs=(PIN,),
    accounts=accounts,
    settle=settle,
    is_grant_refused=is_grant_refused,
    is_refused=is_refused,
)
