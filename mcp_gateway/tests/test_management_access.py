"""Who may use the management paths, and as whom."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern

from hermes.core import epoch, ids
from mcp_gateway.rest.urls import urlpatterns
from tenants.models import ApiKey
from tests.support.api import Api
from tests.support.probed import Probed

ID = "00000000000000000000000000"
PUBLIC = {"/openapi.json", "/api/docs", "/api/docs/<slug:slug>", "/api/setup"}
SCOPE_OF = [
    ("GET", "/api/connections", "tools:read"),
    ("GET", f"/api/connections/con_{ID}", "tools:read"),
    ("GET", "/api/inbox/threads", "inbox:read"),
    ("GET", f"/api/inbox/threads/thr_{ID}/messages", "inbox:read"),
    ("GET", "/api/inbox/messages?q=word", "inbox:read"),
    ("POST", f"/api/inbox/threads/thr_{ID}/read", "tools:write"),
    ("PATCH", f"/api/connections/con_{ID}", "manage"),
    ("DELETE", f"/api/connections/con_{ID}", "manage"),
    ("POST", f"/api/connections/con_{ID}/verify", "manage"),
    ("POST", "/api/connect/probe", "manage"),
    ("GET", "/api/connect-links", "manage"),
    ("POST", "/api/connect-links", "manage"),
    ("GET", f"/api/connect-links/lnk_{ID}", "manage"),
    ("DELETE", f"/api/connect-links/lnk_{ID}", "manage"),
    ("GET", "/api/keys", "manage"),
    ("POST", "/api/keys", "manage"),
    ("POST", f"/api/keys/key_{ID}/rotate", "manage"),
    ("DELETE", f"/api/keys/key_{ID}", "manage"),
    ("GET", "/api/audit", "manage"),
    ("GET", "/api/webhooks", "manage"),
    ("POST", "/api/webhooks", "manage"),
    ("GET", f"/api/webhooks/whe_{ID}", "manage"),
    ("PATCH", f"/api/webhooks/whe_{ID}", "manage"),
    ("DELETE", f"/api/webhooks/whe_{ID}", "manage"),
    ("POST", f"/api/webhooks/whe_{ID}/rotate-secret", "manage"),
    ("POST", f"/api/webhooks/whe_{ID}/test", "manage"),
    ("GET", f"/api/webhooks/whe_{ID}/deliveries", "manage"),
    ("POST", f"/api/webhooks/whe_{ID}/redeliver", "manage"),
    ("POST", f"/api/webhooks/whe_{ID}/deliveries/evt_{ID}/redeliver", "manage"),
]
BODIES = {
    "/api/connect/probe": {"credentials": {"token": "t"}},
    "/api/connect-links": {"platform": "probe"},
    "/api/keys": {"name": "n", "scopes": ["manage"]},
    "/api/webhooks": {"url": "https://93.184.215.14/", "events": ["connection.paused"]},
}


def patterns() -> Iterator[str]:
    """The path of every Django route under /api, ids filled in."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = f"/{pattern.pattern}"
        if route.startswith("/api/") and route not in PUBLIC:
            yield (
                route.replace("<str:connection_id>", f"con_{ID}")
                .replace("<str:link_id>", f"lnk_{ID}")
                .replace("<str:key_id>", f"key_{ID}")
                .replace("<str:thread_id>", f"thr_{ID}")
                .replace("<str:webhook_id>", f"whe_{ID}")
                .replace("<str:event_id>", f"evt_{ID}")
                .replace("<str:platform>", "probe")
            )


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
def test_au01_no_path_answers_without_a_key(api: Api, method: str) -> None:
    found = list(patterns())
    assert len(found) >= 11
    for path in found:
        answer = api.request(method, path)
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_au01_every_described_path_but_the_public_ones_asks_for_a_key(api: Api) -> None:
    for path, methods in api.get("/openapi.json").json()["paths"].items():
        for method in methods:
            filled = path.replace("{platform}", "probe").replace("{connection}", ids.new("con"))
            answer = api.request(method.upper(), filled, json={})
            # A platform proves itself by its signature; by its token where it checks the address. A link to
            # a file is its own proof, and one that is none leads nowhere.
            is_handshake = path.startswith("/webhook/") and method == "get"
            refused = 404 if path.startswith("/media/") else 403 if is_handshake else 401
            refused = 400 if path == "/webhook/stripe" else refused
            assert answer.status_code == refused, (method, path, answer.text)


@pytest.mark.parametrize("name", ["api_key", "access_token", "key", "token", "x-api-key"])
def test_au10_a_key_in_the_url_is_no_credential(api: Api, acme: Any, name: str) -> None:
    for path in ("/api/connections", "/api/keys", "/api/audit", "/api/usage"):
        assert api.get(f"{path}?{name}={acme.live_key}").status_code == 401


@pytest.mark.parametrize(
    "header", ["hms_live_x", "Basic aGVybWVz", "Bearer", "Bearer ", "bearer  x y", "Bearer \u00e9"]
)
def test_a_credential_that_is_none_is_refused(api: Api, header: str) -> None:
    answer = api.get("/api/usage", headers={"Authorization": header.encode()})
    assert answer.status_code == 401


def test_au14_a_browsers_session_is_no_credential(acme: Any) -> None:
    user = get_user_model().objects.create_superuser(username=acme.email + "-staff", email=acme.email)
    browser = Client()
    browser.force_login(user)
    for method, path, _scope in SCOPE_OF:
        answer = browser.generic(method, path, b"{}", content_type="application/json")
        assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize(("method", "path", "scope"), SCOPE_OF)
def test_a_path_asks_for_its_scope_and_for_no_other(
    api: Api, probed: Probed, method: str, path: str, scope: str
) -> None:
    every = {"tools:read", "tools:write", "inbox:read", "manage"}

    def ask(scopes: set[str]) -> Any:
        made = api.post("/api/keys", probed.key, {"name": "limited", "scopes": sorted(scopes)})
        return api.request(method, path, made.json()["secret"], json=BODIES.get(path, {}))

    refused = ask(every - {scope})
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert scope in refused.json()["scope"]
    granted = ask({scope})
    assert granted.status_code not in (401, 403), granted.text


@pytest.mark.parametrize(("scope", "status"), [("tools:read", 200), ("manage", 200), ("inbox:read", 403)])
def test_usage_is_for_those_who_call_and_those_who_manage(
    api: Api, probed: Probed, scope: str, status: int
) -> None:
    made = api.post("/api/keys", probed.key, {"name": "limited", "scopes": [scope]}).json()
    assert api.get("/api/usage", made["secret"]).status_code == status


def test_a_key_with_limits_makes_no_keys(api: Api, acme: Any) -> None:
    limits: list[dict[str, Any]] = [
        {"tools": ["probe_echo"]},
        {"profile": "read-only"},
        {"addresses": ["127.0.0.1"]},
    ]
    for limit in limits:
        made = api.post(
            "/api/keys", acme.live_key, {"name": "l", "scopes": ["tools:read", "manage"], **limit}
        )
        refused = api.post("/api/keys", made.json()["secret"], {"name": "free"})
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


def test_au05_a_revoked_key_manages_nothing_from_the_next_request(api: Api, acme: Any) -> None:
    made = api.post("/api/keys", acme.live_key, {"name": "second"}).json()
    assert api.get("/api/connections", made["secret"]).status_code == 200
    ApiKey.objects.of(acme.customer).filter(public_id=made["key"]["id"]).update(
        revoked_at="2026-01-01T00:00Z"
    )
    epoch.raise_epoch(acme.customer.public_id)
    assert api.get("/api/connections", made["secret"]).status_code == 401


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded"])
def test_bd06_a_strangers_forwarding_header_does_not_reach_the_trail(api: Api, acme: Any, name: str) -> None:
    api.post("/api/keys", acme.live_key, {"name": "second"}, headers={name: "203.0.113.9"})
    [entry] = api.get("/api/audit?action=key.issued&limit=1", acme.live_key).json()["entries"]
    assert (entry["address"], entry["actor"][:4], entry["surface"]) == ("127.0.0.1", "key:", "rest")


def test_bd06_a_strangers_host_header_does_not_reach_an_answer(api: Api, acme: Any) -> None:
    for headers in ({"X-Forwarded-Host": "evil.example"}, {"Host": "evil.example"}):
        answer = api.get("/openapi.json", headers=headers)
        assert "evil.example" not in answer.text
    refused = api.get("/api/usage", acme.live_key, headers={"Host": "evil.example"})
    assert refused.status_code in (200, 400)
    assert "evil.example" not in refused.text


def test_answers_are_not_kept_and_not_sniffed(api: Api, acme: Any) -> None:
    for path in ("/api/usage", "/api/nothing", "/api/keys/x"):
        headers = api.get(path, acme.live_key).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]
        assert "set-cookie" not in headers
