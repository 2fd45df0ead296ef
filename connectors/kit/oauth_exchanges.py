"""The exchanges of OAuth 2.0: the authorize address, codes and refresh tokens for tokens, revocation.

Every exchange is one request of at most `DEADLINE_S`, never repeated here: codes and, at most platforms,
refresh tokens are good once. What an authorization server says in words is never passed on.
"""

import base64
import dataclasses
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Unpack
from urllib.parse import quote

from connectors.kit.oauth import OAuthContext, OAuthSpec, Tokens
from connectors.kit.secret import Secret
from connectors.kit.statuses import error_of_status
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    PlatformRejected,
    PlatformUnavailable,
)
from hermes.core.http_body import url_with
from hermes.core.http_types import CutOff, HttpResponse, NotReached, RequestContent, ResponseTooLarge

DEADLINE_S = 10.0
LIMIT_LIFETIME_S = 10 * 365 * 86_400
_READ = frozenset(
    {"access_token", "refresh_token", "expires_in", "refresh_token_expires_in", "scope", "token_type"}
)
# RFC 6749 5.2 and 4.1.2.1; Microsoft adds interaction_required (learn.microsoft.com, "Handling errors").
_DEAD = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
_OF_THE_APP = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type"})


class GrantRefused(NeedsReauth):
    """The code or the refresh token is expired, revoked or used: a person must let Hermes in again."""


class AppRefused(NotAllowedByPlatform):
    """The platform refuses the app itself: its id, its secret or its kind."""


def authorize_address(ctx: OAuthContext, spec: OAuthSpec, *, state: str, verifier: str) -> str:
    """Where the person is sent; `verifier` is the PKCE secret (RFC 7636 4.1), sent as its S256 digest."""
    params = {
        "response_type": "code",
        "client_id": ctx.app.client_id,
        "redirect_uri": ctx.redirect_uri,
        "scope": spec.scope_separator.join(spec.asked(ctx.app)),
        "state": state,
        **spec.authorize_params,
        **{name: ctx.app.values[value].reveal() for name, value in spec.app_params.items()},
    }
    if spec.uses_pkce:
        params |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    return url_with(ctx.address(spec.authorize_address), params)


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def redeem(ctx: OAuthContext, spec: OAuthSpec, *, code: str, verifier: str) -> Tokens:
    """The tokens for a code. Raises GrantRefused, AppRefused, PlatformRejected and PlatformUnavailable."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": ctx.redirect_uri}
    if spec.uses_pkce:
        form["code_verifier"] = verifier
    tokens = await ask_for_tokens(ctx, spec, form)
    return tokens if spec.exchange is None else await spec.exchange(ctx, tokens)


async def refresh(ctx: OAuthContext, spec: OAuthSpec, tokens: Tokens) -> Tokens:
    """New tokens by the refresh grant (RFC 6749 6); raises as `redeem` does.

    A server that answers without a new refresh token goes on taking the old one, and one that does not name
    the scopes has granted the same.
    """
    if tokens.refresh_token is None:
        raise GrantRefused(f"{spec.name} gave no refresh token; connect the account again.")
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token.reveal()}
    new = await ask_for_tokens(ctx, spec, form)
    return dataclasses.replace(
        new,
        refresh_token=new.refresh_token or tokens.refresh_token,
        refresh_expires_at=new.refresh_expires_at or tokens.refresh_expires_at,
        scopes=tokens.scopes if new.scopes is None else new.scopes,
    )


async def revoke(ctx: OAuthContext, spec: OAuthSpec, tokens: Tokens) -> None:
    """Take the grant back (RFC 7009): the refresh token where there is one, which ends its access tokens.

    Raises as `redeem` does. A token that is dead already is no error (RFC 7009 2.2).
    """
    token = tokens.refresh_token or tokens.access_token
    form = {"token": token.reveal()}
    response = await ask(ctx, spec, "POST", spec.revoke_address, form=form)
    if response.status >= 300 and not _is_dead(spec, response):
        raise error_of(spec, response)


async def ask_for_tokens(ctx: OAuthContext, spec: OAuthSpec, form: Mapping[str, str]) -> Tokens:
    """One exchange with the token address."""
    response = await ask(ctx, spec, spec.token_method, spec.token_address, form=form)
    return tokens_of(ctx, spec, response)


async def ask(
    ctx: OAuthContext, spec: OAuthSpec, method: str, address: str, *, form: Mapping[str, str]
) -> HttpResponse:
    """One request with the app's own credential, in the manner the platform takes it (RFC 6749 2.3.1).

    Raises PlatformUnavailable where the server did not answer.
    """
    headers = {"Accept": "application/json"}
    if spec.uses_basic:
        pair = f"{quote(ctx.app.client_id, safe='')}:{quote(ctx.app.client_secret.reveal(), safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form = {"client_id": ctx.app.client_id, "client_secret": ctx.app.client_secret.reveal(), **form}
    if method == "GET":
        return await request(ctx, spec, method, address, headers=headers, params=form)
    return await request(ctx, spec, method, address, headers=headers, form=form)


async def request(
    ctx: OAuthContext, spec: OAuthSpec, method: str, address: str, **content: Unpack[RequestContent]
) -> HttpResponse:
    """One request to an address of the spec. Raises PlatformUnavailable where the server did not answer."""
    try:
        return await ctx.http.request(method, ctx.address(address), deadline_s=DEADLINE_S, **content)
    except (NotReached, CutOff, ResponseTooLarge):
        raise PlatformUnavailable(
            f"{spec.name} did not answer when asked for access; try again in a minute."
        ) from None


def tokens_of(ctx: OAuthContext, spec: OAuthSpec, response: HttpResponse) -> Tokens:
    """The tokens in an answer (RFC 6749 5.1); raises what a refusal stands for."""
    if response.status >= 300:
        raise error_of(spec, response)
    told = response.json()
    told = spec.read(told) if isinstance(told, dict) else None
    if not isinstance(told, dict) or not _is_token(told.get("access_token")):
        raise PlatformUnavailable(f"{spec.name}'s answer holds no access token; try again in a minute.")
    again: Any = told.get("refresh_token")
    scope = told.get("scope")
    return Tokens(
        access_token=Secret(told["access_token"]),
        refresh_token=Secret(again) if _is_token(again) else None,
        expires_at=_after(ctx, told.get("expires_in")),
        refresh_expires_at=_after(ctx, told.get("refresh_token_expires_in")),
        scopes=names_of(scope) if isinstance(scope, str) and scope else None,
        told={name: value for name, value in told.items() if name not in _READ},
    )


def names_of(scope: str) -> frozenset[str]:
    """The names in a list of scopes, with spaces or commas between them."""
    return frozenset(re.split(r"[\s,]+", scope.strip())) - {""}


def error_of(spec: OAuthSpec, response: HttpResponse) -> HermesError:
    """What a refusal of an authorization server means; nothing of its text is in it."""
    if _is_dead(spec, response):
        return GrantRefused(
            f"{spec.name} no longer accepts what was granted to Hermes; connect the account again."
        )
    error = _error_code(response)
    if error in _OF_THE_APP or response.status == 401:
        return AppRefused(
            f"{spec.name} refuses the app Hermes uses there; whoever runs it must check "
            f"{spec.provider}_CLIENT_ID and {spec.provider}_CLIENT_SECRET."
        )
    if error == "temporarily_unavailable" or response.status == 429 or response.status >= 500:
        return error_of_status(spec.name, response) if response.status >= 429 else _later(spec)
    details = {"platform_code": error} if error else None
    return PlatformRejected(
        f"{spec.name} refused the request for access; start again from the beginning.", details=details
    )


def _later(spec: OAuthSpec) -> HermesError:
    return PlatformUnavailable(f"{spec.name} has a fault right now; try again in a minute.")


def _is_dead(spec: OAuthSpec, response: HttpResponse) -> bool:
    if response.status < 400 or response.status >= 500:
        return False
    if spec.is_grant_refused is not None:
        return spec.is_grant_refused(response)
    return _error_code(response) in _DEAD


def _error_code(response: HttpResponse) -> str:
    told = response.json()
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,60}", error) else ""


def _is_token(value: Any) -> bool:
    """Whether it is what RFC 6749 (A.12) lets a token be, of a size that can be kept."""
    return isinstance(value, str) and re.fullmatch(r"[ -~]{4,8000}", value) is not None


def _after(ctx: OAuthContext, seconds: Any) -> datetime | None:
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:12])
    if type(seconds) not in (int, float) or not 0 < seconds < 10**10:
        return None
    return ctx.now() + timedelta(seconds=min(seconds, LIMIT_LIFETIME_S))
