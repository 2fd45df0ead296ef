"""Stand-ins of the platforms' authorization servers: a consent page's data, codes, tokens, refusals.

What differs between platforms is in `connectors.sandbox.<slug>.authorization`; docs/sandbox.md lists the
values that make one fail in a chosen way.
"""

import base64
import dataclasses
import hashlib
import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from connectors.kit.context import HttpResponse
from connectors.sandbox import tokens
from connectors.sandbox.http import Asked, HttpStandin
from connectors.sandbox.store import SandboxStore

KEPT_S = 90 * 86_400
TOKEN_PATHS = ("/token", "/accessToken", "/access_token")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the person is asked at the platform: which app, for what, back to where."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str


class Refused(Exception):
    """A refusal in RFC 6749's words; each platform has its own shape for it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


class AuthorizationServer(HttpStandin):
    """An authorization server in one customer's sandbox, as RFC 6749 describes it.

    Its access tokens last `access_s`, its codes `code_s` and are good once; each refresh token is good once
    where `rotates`. Platforms override what they do otherwise.
    """

    code_s = 600
    access_s = 3600
    gives_refresh_token = True
    rotates = False
    asks_basic = False
    asks_pkce = False
    paths: tuple[str, ...] = ("/token", "/revoke")
    separator = " "
    token_prefix = ""
    code_suffix = ""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._store = store

    def asked(self, params: Mapping[str, str]) -> Request:
        """What an authorize address asks. Raises Refused where the platform would show a fault."""
        if params.get("response_type") != "code" or not params.get("redirect_uri"):
            raise Refused("invalid_request", "response_type must be code, and a redirect_uri be given")
        if self.asks_pkce and params.get("code_challenge_method") != "S256":
            raise Refused("invalid_request", "code_challenge is missing")
        return Request(
            client_id=params.get("client_id", ""),
            redirect_uri=params["redirect_uri"],
            scopes=tuple(s for s in params.get("scope", "").split(self.separator) if s),
            state=params.get("state", ""),
            challenge=params.get("code_challenge", ""),
        )

    async def allow(self, request: Request, *, scopes: tuple[str, ...], account: str = "") -> str:
        """The code of a person who allows these scopes, for an account of this name."""
        code = f"sandbox-code-{os.urandom(12).hex()}"
        told = {
            "client_id": request.client_id,
            "redirect_uri": request.redirect_uri,
            "challenge": request.challenge,
            "scopes": list(scopes),
            "account": account or os.urandom(6).hex(),
            "ends": time.time() + self.code_s,
        }
        await self._store.put(f"code-{code}", told, ttl_s=KEPT_S)
        return code

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`."""
        try:
            return await self.answered(asked, dict(asked.form or asked.params))
        except Refused as refused:
            return self.refusal(refused)

    def serves(self, path: str) -> bool:
        """Whether a request to this path (with its query) is the authorization server's and not the API's."""
        return path.partition("?")[0].endswith(self.paths)

    async def answered(self, asked: Asked, form: dict[str, str]) -> HttpResponse:
        """The answer to one request; raises Refused."""
        self.check_client(asked, form)
        if asked.path.endswith("/revoke"):
            await self._end(form.get("token", ""))
            return answer({})
        match form.get("grant_type"):
            case "authorization_code" | None:
                return answer(await self.issue(await self._redeemed(form)))
            case "refresh_token":
                return answer(await self.issue(await self._refreshed(form.get("refresh_token", ""))))
        raise Refused("unsupported_grant_type", "grant_type is not supported")

    def check_client(self, asked: Asked, form: Mapping[str, str]) -> None:
        """Raise Refused where the app is not one that exists."""
        pair = (form.get("client_id", ""), form.get("client_secret", ""))
        if self.asks_basic:
            scheme, _, told = asked.headers.get("authorization", "").partition(" ")
            decoded = base64.b64decode(told if scheme == "Basic" else "").decode()
            pair = (unquote(decoded.partition(":")[0]), unquote(decoded.partition(":")[2]))
        if not all(pair) or "wrong" in pair[1]:
            raise Refused("invalid_client", "Client authentication failed", 401)

    async def issue(self, grant: Mapping[str, Any]) -> dict[str, Any]:
        """Tokens for a grant, as the platform names them."""
        token = tokens.issued(self.token_prefix, grant["account"], self.access_s)
        told: dict[str, Any] = {
            "token_type": "bearer",
            "access_token": token,
            "expires_in": self.access_s,
            "scope": self.separator.join(grant["scopes"]),
        }
        if self.gives_refresh_token:
            told["refresh_token"] = again = grant.get("again") or f"sandbox-refresh-{os.urandom(16).hex()}"
            kept = {name: grant[name] for name in ("account", "scopes", "client_id")}
            await self._store.put(f"refresh-{again}", kept, ttl_s=KEPT_S)
        return told

    def refusal(self, refused: Refused) -> HttpResponse:
        """A refusal as the platform says it (RFC 6749 5.2)."""
        told = {"error": refused.error, "error_description": refused.description}
        return answer(told, status=refused.status)

    async def _redeemed(self, form: Mapping[str, str]) -> dict[str, Any]:
        name = f"code-{form.get('code', '')}"
        kept = await self._store.get(name)
        await self._store.put(name, None, ttl_s=1)
        if kept is None or kept["ends"] < time.time() or kept["redirect_uri"] != form.get("redirect_uri"):
            raise Refused("invalid_grant", "The code is invalid, expired or used, or redirect_uri differs")
        if kept["challenge"] and kept["challenge"] != _challenge(form.get("code_verifier", "")):
            raise Refused("invalid_grant", "code_verifier does not match")
        return dict(kept)

    async def _refreshed(self, token: str) -> dict[str, Any]:
        kept = await self._store.get(f"refresh-{token}")
        if kept is None:
            raise Refused("invalid_grant", "The refresh token is invalid, expired or revoked")
        if not self.rotates:
            return {**kept, "again": token}
        await self._store.put(f"refresh-{token}", None, ttl_s=1)
        return dict(kept)

    async def _end(self, token: str) -> None:
        await self._store.put(f"refresh-{token}", None, ttl_s=1)


def answer(body: Any, *, status: int = 200) -> HttpResponse:
    """A JSON answer."""
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
    return HttpResponse(status=status, headers=headers, body=msgspec.json.encode(body))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
