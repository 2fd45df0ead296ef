"""Letting Hermes into an Instagram professional account ("Business Login for Instagram" of Meta's pages).

The code gives a token for an hour, that one a token for 60 days, and that one, once it is a day old, another
for 60 days. There is no refresh token: an expired one means signing in again.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from connectors.kit.connector import Setting
from connectors.kit.meta import member
from connectors.kit.oauth import OAuthContext, OAuthSpec, Scope, Tokens
from connectors.kit.oauth_exchanges import request, tokens_of
from hermes.core.http_types import HttpResponse

OAUTH_BASE = Setting(
    name="INSTAGRAM_OAUTH_BASE",
    default="https://api.instagram.com",
    help="Address of Instagram's sign-in.",
    is_base=True,
)
DAY_S = 86_400.0
TOKEN_REFUSED = 190


def read(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The code's answer is `{"data": [{access_token, user_id, permissions}]}` or that object itself."""
    listed = answer.get("data")
    told = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else answer
    permissions = told.get("permissions")
    names = ",".join(map(str, permissions)) if isinstance(permissions, list) else permissions
    return {**told, "scope": names} if isinstance(names, str) and names else told


async def exchange(ctx: OAuthContext, tokens: Tokens) -> Tokens:
    """The token for 60 days in exchange for the first one."""
    params = {
        "grant_type": "ig_exchange_token",
        "client_secret": ctx.app.client_secret.reveal(),
        "access_token": tokens.access_token.reveal(),
    }
    return await _longer(ctx, OAUTH, "{INSTAGRAM_API_BASE}/access_token", params, tokens)


async def renew(ctx: OAuthContext, spec: OAuthSpec, tokens: Tokens) -> Tokens:
    """Another token for 60 days, for one that works still."""
    params = {"grant_type": "ig_refresh_token", "access_token": tokens.access_token.reveal()}
    return await _longer(ctx, spec, "{INSTAGRAM_API_BASE}/refresh_access_token", params, tokens)


async def _longer(
    ctx: OAuthContext, spec: OAuthSpec, address: str, params: Mapping[str, str], tokens: Tokens
) -> Tokens:
    new = tokens_of(ctx, spec, await request(ctx, spec, "GET", address, params=params))
    return dataclasses.replace(new, scopes=tokens.scopes if new.scopes is None else new.scopes)


def is_refused(response: HttpResponse) -> bool:
    """Meta's code 190, whatever the status."""
    return response.status >= 400 and member(response.json(), "error").get("code") == TOKEN_REFUSED


def _scope(name: str, purpose: str, *tools: str, is_needed: bool = False) -> Scope:
    names = tuple(f"instagram_{tool}" for tool in tools)
    return Scope(name=f"instagram_business_{name}", purpose=purpose, tools=names, is_needed=is_needed)


OAUTH = OAuthSpec(
    provider="INSTAGRAM",
    name="Instagram",
    authorize_address="{INSTAGRAM_OAUTH_BASE}/oauth/authorize",
    token_address="{INSTAGRAM_OAUTH_BASE}/oauth/access_token",  # noqa: S106  (an address)
    scopes=(
        _scope("basic", "See your profile and posts.", is_needed=True),
        _scope("content_publish", "Publish as you.", "publish", "get_publish_job"),
        _scope(
            "manage_comments",
            "Read, answer, hide and delete comments.",
            *("list_comments", "reply_comment", "hide_comment", "delete_comment"),
        ),
        _scope(
            "manage_messages",
            "Read and answer direct messages.",
            *("send_dm", "send_private_reply", "list_conversations", "get_conversation"),
        ),
        _scope("manage_insights", "Read your numbers.", "get_media_insights", "get_account_insights"),
    ),
    scope_separator=",",
    read=read,
    exchange=exchange,
    renew=renew,
    renews_without_refresh_token=True,
    renew_from_s=DAY_S,
    is_grant_refused=is_refused,
    is_refused=is_refused,
)
