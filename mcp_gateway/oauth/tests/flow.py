"""A client and a person at a browser, who go the way from registration to tokens step by step."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
from django.conf import settings

from tests.support.api import Api

LOOPBACK = "http://127.0.0.1:33418/callback"
EVERY_SCOPE = "tools:read tools:write inbox:read manage"
_HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|ticket)" value="([^"]+)"')


class Browser:
    """A person's browser, signed in by a session."""

    def __init__(self, api: Api, user: Any) -> None:
        self._api = api
        self.user = user
        self.cookies = httpx2.Cookies({"sessionid": _session_of(user)} if user is not None else {})

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self._request("GET", path, **options)

    def post(self, path: str, form: dict[str, Any], **options: Any) -> httpx2.Response:
        return self._request("POST", path, data=form, **options)

    def _request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            from hermes.asgi import application

            transport = httpx2.ASGITransport(app=application, raise_app_exceptions=False)
            base = settings.PUBLIC_URL
            async with httpx2.AsyncClient(transport=transport, base_url=base, cookies=self.cookies) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return self._api.run(ask())


class Flow:
    """One client that asks one person; each step can be asked for with other parameters."""

    def __init__(self, api: Api, browser: Browser, customer: Any) -> None:
        self.api = api
        self.browser = browser
        self.customer = customer
        self.verifier = secrets.token_urlsafe(48)
        self.client: dict[str, Any] = {}

    def register(self, **metadata: Any) -> dict[str, Any]:
        """Register a native client, from an address of its own."""
        wanted = {
            "client_name": "Test agent",
            "redirect_uris": [LOOPBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            **metadata,
        }
        answer = from_elsewhere(self.api, "POST", "/oauth/register", json=wanted)
        assert answer.status_code == 201, answer.text
        self.client = answer.json()
        return self.client

    def query(self, **over: Any) -> dict[str, Any]:
        """The parameters of the request for authorization; None leaves one out."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        usual = {
            "response_type": "code",
            "client_id": self.client.get("client_id"),
            "redirect_uri": LOOPBACK,
            "scope": EVERY_SCOPE,
            "state": "s t&te",
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            "resource": f"{settings.PUBLIC_URL}/mcp",
        }
        return {name: value for name, value in (usual | over).items() if value is not None}

    def ask(self, **over: Any) -> httpx2.Response:
        """The consent page, or what comes in its place."""
        return self.browser.get("/oauth/authorize", params=self.query(**over))

    def decide(self, page: httpx2.Response, **over: Any) -> httpx2.Response:
        """Send the form of a page."""
        form = {
            **dict(_HIDDEN.findall(page.text)),
            "customer": self.customer.public_id,
            "scopes": EVERY_SCOPE.split(),
            "profile": "core",
            "mode": "live",
            "decision": "allow",
            **over,
        }
        form = {name: value for name, value in form.items() if value is not None}
        return self.browser.post(str(page.request.url), form)

    def code(self, *, decide: dict[str, Any] | None = None, **over: Any) -> str:
        """A code, the person having agreed."""
        page = self.ask(**over)
        assert page.status_code == 200, page.text or page.headers
        told = answered(self.decide(page, **(decide or {})))
        assert told["iss"] == settings.PUBLIC_URL
        assert told["state"] == "s t&te"
        return told["code"]

    def token(self, **form: Any) -> httpx2.Response:
        """Ask the token endpoint; None leaves a parameter out."""
        usual = {"client_id": self.client["client_id"], "resource": f"{settings.PUBLIC_URL}/mcp"}
        sent = {name: value for name, value in (usual | form).items() if value is not None}
        return from_elsewhere(self.api, "POST", "/oauth/token", data=sent)

    def redeem(self, code: str, **form: Any) -> httpx2.Response:
        """Redeem a code."""
        usual = {"code": code, "code_verifier": self.verifier, "redirect_uri": LOOPBACK}
        return self.token(**{"grant_type": "authorization_code", **usual, **form})

    def refresh(self, refresh_token: str, **form: Any) -> httpx2.Response:
        """Refresh."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def tokens(self, **how: Any) -> dict[str, Any]:
        """New tokens, from registration on where that has not been done."""
        if not self.client:
            self.register()
        redirect = {"redirect_uri": how["redirect_uri"]} if "redirect_uri" in how else {}
        answer = self.redeem(self.code(**how), **redirect)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def answered(response: httpx2.Response) -> dict[str, str]:
    """The parameters that a redirect takes back to the client."""
    assert response.status_code == 302, (response.status_code, response.text)
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def challenge_of(response: httpx2.Response) -> dict[str, str]:
    """The members of a WWW-Authenticate header."""
    scheme, _, rest = response.headers["www-authenticate"].partition(" ")
    assert scheme == "Bearer"
    return dict(re.findall(r'(\w+)="([^"]*)"', rest))


def from_elsewhere(api: Api, method: str, path: str, **options: Any) -> httpx2.Response:
    """A request from an address of its own, so that limits by address keep tests apart."""
    address = f"198.51.{secrets.randbelow(256)}.{secrets.randbelow(256)}"

    async def ask() -> httpx2.Response:
        from hermes.asgi import application

        transport = httpx2.ASGITransport(
            app=application, raise_app_exceptions=False, client=(options.pop("address", address), 1)
        )
        async with httpx2.AsyncClient(transport=transport, base_url=settings.PUBLIC_URL) as client:
            return await client.request(method, path, **options)

    return api.run(ask())


def parameters(url: str) -> dict[str, list[str]]:
    """The query of an address."""
    return parse_qs(urlsplit(url).query)


def _session_of(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
