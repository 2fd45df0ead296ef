"""Letting Hermes into a mailbox at Google or Microsoft, for IMAP and SMTP by XOAUTH2.

Google: "Using OAuth 2.0 for Web Server Applications", "OAuth 2.0 Mechanism" (XOAUTH2); access lasts an hour.
Microsoft: learn.microsoft.com, "OAuth 2.0 authorization code flow" and "Authenticate an IMAP, POP or SMTP
connection using OAuth"; access lasts an hour or so, each refresh gives a new refresh token, and there is no
address to take it back.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.email.presets import preset_of
from connectors.kit.connector import Setting
from connectors.kit.oauth import OAuthContext, OAuthSpec, Scope, Tokens
from connectors.kit.oauth_exchanges import refresh, revoke
from hermes.core.errors import PlatformRejected

GOOGLE_SIGN_IN = Setting(
    name="GOOGLE_ACCOUNTS_BASE",
    default="https://accounts.google.com",
    help="Address of Google's sign-in.",
    is_base=True,
)
GOOGLE_BASE = Setting(
    name="GOOGLE_OAUTH_BASE",
    default="https://oauth2.googleapis.com",
    help="Address of Google's tokens.",
    is_base=True,
)
MICROSOFT_BASE = Setting(
    name="MICROSOFT_OAUTH_BASE",
    default="https://login.microsoftonline.com/common",
    help="Address of Microsoft's sign-in, with the tenant: common, organizations, consumers or one of yours.",
    is_base=True,
)
_OUTLOOK = "https://outlook.office.com"
_ALL_TOOLS_PURPOSE = "Read, sort and delete mail."


def claims_of(tokens: Tokens) -> Mapping[str, Any]:
    """What the id token says, empty where there is none.

    It came from the server itself over TLS, which stands for its signature (OpenID Connect Core 3.1.3.7, 6);
    whose mailbox it is the mail server says.
    """
    body = str(tokens.told.get("id_token") or "").split(".")
    try:
        told = msgspec.json.decode(base64.urlsafe_b64decode(body[1] + "=" * (-len(body[1]) % 4)))
    except (IndexError, binascii.Error, ValueError, msgspec.DecodeError):
        return {}
    return told if isinstance(told, dict) else {}


async def google_accounts(_ctx: OAuthContext, tokens: Tokens) -> Sequence[Mapping[str, str]]:
    """The one mailbox of a Google account."""
    return (_credentials(tokens, "gmail", claims_of(tokens).get("email")),)


async def microsoft_accounts(_ctx: OAuthContext, tokens: Tokens) -> Sequence[Mapping[str, str]]:
    """The one mailbox of a Microsoft account, at work or at home."""
    claims = claims_of(tokens)
    address = claims.get("email") or claims.get("preferred_username")
    return (_credentials(tokens, preset_of(str(address)) or "microsoft365", address),)


def _credentials(tokens: Tokens, preset: str, address: Any) -> Mapping[str, str]:
    if not isinstance(address, str) or "@" not in address:
        raise PlatformRejected("The account has no mail address, so there is no mailbox to connect.")
    return {"address": address, "preset": preset, "access_token": tokens.access_token.reveal()}


GOOGLE = OAuthSpec(
    provider="GOOGLE",
    name="Google",
    authorize_address="{GOOGLE_ACCOUNTS_BASE}/o/oauth2/v2/auth",
    token_address="{GOOGLE_OAUTH_BASE}/token",  # noqa: S106  (an address)
    revoke_address="{GOOGLE_OAUTH_BASE}/revoke",
    scopes=(
        Scope(name="openid", purpose="Know which account you chose.", is_needed=True),
        Scope(
            name="https://www.googleapis.com/auth/userinfo.email",
            purpose="See your mail address.",
            is_needed=True,
        ),
        Scope(name="https://mail.google.com/", purpose=f"{_ALL_TOOLS_PURPOSE} Send as you.", is_needed=True),
    ),
    uses_pkce=True,
    authorize_params={"access_type": "offline", "prompt": "consent"},
    accounts=google_accounts,
    renew=refresh,
    revoke=revoke,
)
MICROSOFT = OAuthSpec(
    provider="MICROSOFT",
    name="Microsoft",
    authorize_address="{MICROSOFT_OAUTH_BASE}/oauth2/v2.0/authorize",
    token_address="{MICROSOFT_OAUTH_BASE}/oauth2/v2.0/token",  # noqa: S106  (an address)
    scopes=(
        Scope(name="openid", purpose="Know which account you chose.", is_needed=True, is_echoed=False),
        Scope(name="email", purpose="See your mail address.", is_needed=True, is_echoed=False),
        Scope(name="profile", purpose="See your name.", is_echoed=False),
        Scope(name="offline_access", purpose="Stay connected after an hour.", is_echoed=False),
        Scope(
            name=f"{_OUTLOOK}/IMAP.AccessAsUser.All",
            purpose=_ALL_TOOLS_PURPOSE,
            is_needed=True,
        ),
        Scope(name=f"{_OUTLOOK}/SMTP.Send", purpose="Send as you.", is_needed=True),
    ),
    uses_pkce=True,
    authorize_params={"response_mode": "query", "prompt": "select_account"},
    is_simulated=False,
    accounts=microsoft_accounts,
    renew=refresh,
)
