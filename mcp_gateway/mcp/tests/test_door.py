"""Who may be at the endpoint, and what it refuses before a message is read."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from mcp_gateway.mcp.tests.agents import Agent, call_of, initialization, modern_headers, modern_message
from tests.support.api import Api
from tests.support.probed import Probed

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE", "HEAD"])
def test_mc01_without_a_key_every_method_is_told_where_to_get_a_token(api: Api, method: str) -> None:
    answer = api.request(method, "/mcp")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer resource_metadata="http://localhost:8000/.well-known/oauth-protected-resource/mcp", '
        'scope="tools:read tools:write inbox:read manage"'
    )


@pytest.mark.parametrize("key", ["nonsense", "hms_live_abcdefghijkl_" + "x" * 49, "hms_live_é"])
def test_mc01_a_bad_key_is_called_an_invalid_token(api: Api, key: str) -> None:
    answer = api.request("POST", "/mcp", headers={"Authorization": f"Bearer {key}".encode()})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_au10_a_key_in_the_url_is_no_credential(api: Api, probed: Probed) -> None:
    assert api.request("POST", f"/mcp?api_key={probed.key}").status_code == 401


def test_both_spellings_of_the_path_are_served(api: Api, probed: Probed) -> None:
    for path in ("/mcp", "/mcp/"):
        answer = api.post(path, probed.key, PING)
        assert (answer.status_code, answer.json()["result"]) == (200, {})


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost:8000.evil.example", "http://localhost:8001", ""],
)
def test_mc02_a_foreign_origin_is_refused_before_authentication(api: Api, origin: str) -> None:
    answer = api.post("/mcp", None, PING, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_mc02_an_allowed_origin_is_exact(api: Api, probed: Probed, settings: Any) -> None:
    settings.MCP_ALLOWED_ORIGINS = ["https://app.example"]
    assert api.post("/mcp", probed.key, PING, headers={"Origin": "https://app.example"}).status_code == 200
    for near in ("https://app.example:8443", "http://app.example", "https://app.example.evil.example"):
        assert api.post("/mcp", probed.key, PING, headers={"Origin": near}).status_code == 403


def test_an_allowed_page_may_read_the_answer_and_the_challenge(api: Api, probed: Probed) -> None:
    for key, status in ((probed.key, 200), (None, 401)):
        answer = api.post("/mcp", key, PING, headers={"Origin": "http://localhost:8000"})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "http://localhost:8000"
        assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]


def test_a_preflight_needs_no_key_and_grants_the_protocols_headers(api: Api) -> None:
    asked = {
        "Origin": "http://localhost:8000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "mcp-param-region, authorization",
    }
    answer = api.request("OPTIONS", "/mcp", headers=asked)
    assert answer.status_code == 204
    granted = answer.headers["access-control-allow-headers"].lower()
    assert all(h in granted for h in ("authorization", "mcp-session-id", "mcp-method", "mcp-param-region"))


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:8000", "localhost:80:80", "@localhost"]
)
def test_mc03_another_host_is_misdirected(api: Api, probed: Probed, host: str) -> None:
    assert api.post("/mcp", probed.key, PING, headers={"Host": host}).status_code == 421


def test_mc03_a_request_without_a_host_is_refused(api: Api) -> None:
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        from hermes.asgi import application

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/mcp",
            "query_string": b"",
            "headers": [],
            "client": ("127.0.0.1", 1),
        }
        await application(scope, receive, send)

    api.run(ask())
    assert sent[0]["status"] == 400


def test_a_root_path_that_a_client_sends_changes_nothing(api: Api, probed: Probed) -> None:
    """Daphne turns this header into the ASGI root_path, whoever sends it."""
    answer = api.post("/mcp", probed.key, PING, headers={"Daphne-Root-Path": "/elsewhere"})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["Authorization", "Mcp-Session-Id", "Origin"])
def test_a_header_that_decides_may_not_come_twice(api: Api, probed: Probed, name: str) -> None:
    headers = [("Content-Type", "application/json"), (name, "one"), (name, "two")]

    async def ask() -> int:
        import httpx2

        from hermes.asgi import application

        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return (await client.post("/mcp", json=PING, headers=headers)).status_code

    assert api.run(ask()) == 400


def test_bd03_a_body_over_four_megabytes_is_refused(agent: Agent) -> None:
    big = initialization("2025-11-25")
    big["params"]["padding"] = "x" * (4 << 20)
    assert agent.post(big).status_code == 413


def test_a_body_must_be_json_and_the_answer_may_be_a_stream(agent: Agent) -> None:
    assert agent.post(PING, {"Content-Type": "text/plain"}).status_code == 415
    assert agent.post(PING, {"Accept": "application/json"}).status_code == 406
    assert agent.post(PING, {"Accept": "*/*"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH"])
def test_mc11_the_modern_era_is_spoken_by_post(api: Api, probed: Probed, method: str) -> None:
    answer = api.request(method, "/mcp", probed.key, headers={"MCP-Protocol-Version": "2026-07-28"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_mc11_get_and_delete_need_a_session(api: Api, probed: Probed, method: str) -> None:
    assert api.request(method, "/mcp", probed.key, headers={"Accept": "text/event-stream"}).status_code == 405


def test_au08_a_read_key_is_told_the_scope_it_needs_to_send(api: Api, probed: Probed, upstream: Any) -> None:
    made = api.post("/api/keys", probed.key, {"name": "reader", "scopes": ["tools:read"]}).json()
    reader = Agent(api, made["secret"])
    for answer in (
        reader.modern("tools/call", call_of("probe_send", to="x", text="y")),
        reader.handshake("tools/call", call_of("probe_send", to="x", text="y")),
    ):
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
        assert 'scope="tools:write"' in answer.headers["www-authenticate"]
    assert upstream.asked == []
    assert "probe_send" not in [t["name"] for t in reader.result("tools/list")["tools"]]


def test_the_session_header_of_a_modern_request_is_ignored(agent: Agent) -> None:
    message = modern_message("tools/list")
    answer = agent.post(message, {**modern_headers(message), "Mcp-Session-Id": "forged"})
    assert answer.status_code == 200
    assert "mcp-session-id" not in answer.headers
