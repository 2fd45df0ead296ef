"""The eras with a handshake: sessions that any process can serve, and clients that lose them."""

import time
from typing import Any

import pytest
from django.core import signing

from mcp_gateway.mcp import sessions
from mcp_gateway.mcp.tests.agents import Agent, call_of, initialization, session_headers
from tenants import customers
from tests.support.api import Api
from tests.support.probed import Probed

ECHO = call_of("probe_echo", text="hello")


@pytest.mark.parametrize(
    ("asked", "settled"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2030-01-01", "2025-11-25"),
    ],
)
def test_initialize_settles_the_version_and_tells_how_to_use_the_accounts(
    agent: Agent, probed: Probed, asked: str, settled: str
) -> None:
    answer = agent.post(initialization(asked))
    result = answer.json()["result"]
    assert result["protocolVersion"] == settled
    assert probed.account in result["instructions"]
    assert result["serverInfo"]["name"] == "hermes"
    assert answer.headers["mcp-session-id"].isascii()


def test_a_session_serves_calls_and_names_its_client(api: Api, agent: Agent) -> None:
    session = agent.initialize()
    found = agent.handshake("tools/call", ECHO, session=session).json()["result"]
    assert found["structuredContent"]["text"] == "hello"
    assert "resultType" not in found
    assert api.get("/api/audit", agent.key).json()["entries"][0]["client"] == "test-agent 1"


def test_a_request_without_a_session_is_served(agent: Agent) -> None:
    """Clients drop or renew their session id between calls."""
    assert agent.handshake("tools/call", ECHO).json()["result"]["isError"] is False


def test_notifications_and_responses_are_accepted(agent: Agent) -> None:
    session = agent.initialize()
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    late = {"jsonrpc": "2.0", "id": "nobody-asked", "result": {}}
    for message in (note, late):
        for headers in (session_headers(session), session_headers(None)):
            answer = agent.post(message, headers)
            assert (answer.status_code, answer.content) == (202, b"")


def test_mc04_a_strangers_session_is_unknown_and_stays_whole(api: Api, agent: Agent, stranger: Agent) -> None:
    session = agent.initialize()
    headers = session_headers(session)
    assert stranger.handshake("ping", session=session).status_code == 404
    assert api.request("GET", "/mcp", stranger.key, headers=headers).status_code == 404
    assert api.request("DELETE", "/mcp", stranger.key, headers=headers).status_code == 404
    assert agent.handshake("ping", session=session).status_code == 200


def test_mc05_a_session_opens_nothing_by_itself(api: Api, agent: Agent) -> None:
    """It outlives a rotated key, and is worth nothing without a live one."""
    session = agent.initialize()
    made = api.post("/api/keys", agent.key, {"name": "second", "scopes": ["tools:read"]}).json()
    second = Agent(api, made["secret"])
    assert second.handshake("ping", session=session).status_code == 200
    assert (
        second.handshake("tools/call", call_of("probe_send", to="a", text="b"), session=session).status_code
        == 403
    )
    api.request("DELETE", f"/api/keys/{made['key']['id']}", agent.key)
    assert second.handshake("tools/call", ECHO, session=session).status_code == 401
    assert Agent(api, None).handshake("ping", session=session).status_code == 401


def test_au09_a_suspended_customer_is_refused_at_once(agent: Agent, probed: Probed) -> None:
    """The executor sees the new epoch before the tool runs, whatever a process has cached."""
    session = agent.initialize()
    customers.suspend(probed.customer)
    assert agent.handshake("tools/call", ECHO, session=session).status_code == 403
    assert agent.modern("tools/call", ECHO).status_code == 403


def test_an_ended_session_is_unknown(api: Api, agent: Agent) -> None:
    session = agent.initialize()
    headers = session_headers(session)
    assert api.request("DELETE", "/mcp", agent.key, headers=headers).status_code == 204
    assert agent.handshake("ping", session=session).status_code == 404
    assert api.request("DELETE", "/mcp", agent.key, headers=headers).status_code == 404


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: "a:b:c"])
def test_a_forged_session_is_unknown(agent: Agent, change: Any) -> None:
    headers = {**session_headers(None), "Mcp-Session-Id": change(agent.initialize())}
    assert agent.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers).status_code == 404


def test_a_session_lives_at_least_thirty_days_and_then_ends(
    agent: Agent, probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = agent.initialize()
    now = time.time()
    monkeypatch.setattr("mcp_gateway.mcp.sessions.time.time", lambda: now + 31 * 86_400)
    assert agent.handshake("ping", session=session).status_code == 200
    monkeypatch.setattr("mcp_gateway.mcp.sessions.time.time", lambda: now + 61 * 86_400)
    assert agent.handshake("ping", session=session).status_code == 404


def test_a_session_outlives_a_rotated_secret_key(agent: Agent, settings: Any) -> None:
    session = agent.initialize()
    sessions._verified.cache_clear()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-guards-nothing-0123456789-abcdefghijk"
    assert agent.handshake("ping", session=session).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    sessions._verified.cache_clear()
    assert agent.handshake("ping", session=session).status_code == 404


def test_a_token_stays_short_whatever_a_client_declares(agent: Agent) -> None:
    body = initialization("2025-11-25", {"experimental": {"x": "y" * 10_000}, "elicitation": {"url": {}}})
    body["params"]["clientInfo"] = {"name": "n" * 5_000, "version": "\r\n"}
    token = agent.post(body).headers["mcp-session-id"]
    assert len(token) < 600
    held = signing.loads(token, salt="mcp-session")
    assert held["capabilities"] == {"elicitation": {"url": {}}}
    assert held["client"] == "n" * 64


def test_a_batch_is_answered_in_one_array_until_2025_03_26(agent: Agent) -> None:
    for headers in (session_headers(agent.initialize("2025-03-26"), None), session_headers(None, None)):
        batch = [
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ECHO},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": "b", "method": "no/such"},
        ]
        answers = {a["id"]: a for a in agent.post(batch, headers).json()}
        assert answers[1]["result"]["isError"] is False
        assert answers["b"]["error"]["code"] == -32601
        assert agent.post(batch[1:2], headers).status_code == 202


@pytest.mark.parametrize(
    "batch",
    [
        [],
        [5],
        [initialization("2025-03-26")],
        [{"jsonrpc": "2.0", "id": 1, "method": "ping"}] * 51,
        [{"jsonrpc": "2.0", "id": None, "method": "ping"}],
    ],
    ids=["empty", "no object", "initialize", "too long", "bad id"],
)
def test_a_bad_batch_is_refused_whole(agent: Agent, batch: list[Any]) -> None:
    answer = agent.post(batch, session_headers(None, None))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600)


def test_an_unknown_resource_has_the_code_of_its_era(agent: Agent) -> None:
    error = agent.handshake("resources/read", {"uri": "test://nothing"}).json()["error"]
    assert (error["code"], error["data"]["uri"]) == (-32002, "test://nothing")


@pytest.mark.parametrize(("version", "kind"), [("2025-03-26", "text"), ("2025-06-18", "resource_link")])
def test_a_resource_link_is_text_for_clients_that_do_not_know_it(
    agent: Agent, version: str, kind: str
) -> None:
    session = agent.initialize(version)
    answer = agent.post(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call_of("test_resource_link")},
        session_headers(session, version),
    )
    (block,) = answer.json()["result"]["content"]
    assert block["type"] == kind
    assert "test://static-text" in str(block)


def test_a_log_level_is_one_of_the_protocols(agent: Agent) -> None:
    session = agent.initialize()
    assert agent.handshake("logging/setLevel", {"level": "error"}, session=session).json()["result"] == {}
    for level in ("loud", None, 5):
        answer = agent.handshake("logging/setLevel", {"level": level}, session=session)
        assert answer.json()["error"]["code"] == -32602


def test_a_session_may_watch_a_hundred_resources(agent: Agent) -> None:
    session = agent.initialize()

    def asked(what: str, number: int) -> dict[str, Any]:
        uri = {"uri": f"test://template/{number}/data"}
        return dict(agent.handshake(f"resources/{what}", uri, session=session).json())

    assert all("result" in asked("subscribe", number) for number in range(100))
    assert asked("subscribe", 100)["error"]["code"] == -32602
    asked("unsubscribe", 0)
    assert "result" in asked("subscribe", 100)


def test_only_what_the_caller_may_read_can_be_watched(agent: Agent) -> None:
    answer = agent.handshake("resources/subscribe", {"uri": "test://nothing"}, session=agent.initialize())
    assert answer.json()["error"]["code"] == -32002
