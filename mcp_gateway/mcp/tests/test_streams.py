"""Answers that stream: progress, clients that leave, and streams that stay open."""

import asyncio
import contextlib
from typing import Any

import httpx2
import pytest

from mcp_gateway.mcp import exchange
from mcp_gateway.mcp.tests.agents import (
    Agent,
    all_messages,
    call_of,
    events,
    eventually,
    modern_message,
    outcomes,
    session_headers,
    streamed,
)
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

SUBSCRIPTION_KEY = "io.modelcontextprotocol/subscriptionId"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"


def listen(**wanted: Any) -> dict[str, Any]:
    return modern_message("subscriptions/listen", {"notifications": wanted}, id="sub-1")


def test_progress_comes_before_the_answer_and_only_where_it_was_asked(
    api: Api, probed: Probed, loopback: str
) -> None:
    async def ask(token: Any) -> list[dict[str, Any]]:
        extra = {} if token is None else {"progressToken": token}
        message = modern_message("tools/call", call_of("test_tool_with_progress"), extra=extra)
        async with streamed(loopback, probed.key, message) as answer:
            kind = "application/json" if token is None else "text/event-stream"
            assert answer.headers["content-type"] == kind
            assert answer.headers.get("x-accel-buffering") == (None if token is None else "no")
            return await all_messages(answer)

    *progress, last = api.run(ask("p-1"))
    assert [m["params"]["progress"] for m in progress] == [0, 50, 100]
    assert {m["params"]["progressToken"] for m in progress} == {"p-1"}
    assert last["result"]["resultType"] == "complete"
    assert [m["id"] for m in api.run(ask(None))] == [1]


@pytest.mark.parametrize(
    ("level", "lines"), [(None, 0), ("error", 0), ("info", 3), ("debug", 3), ("loud", 0)]
)
def test_log_lines_come_only_from_the_level_that_was_asked(
    api: Api, probed: Probed, loopback: str, level: str | None, lines: int
) -> None:
    async def ask() -> list[dict[str, Any]]:
        extra = {"io.modelcontextprotocol/logLevel": level}
        message = modern_message("tools/call", call_of("test_logging_tool"), extra=extra)
        async with streamed(loopback, probed.key, message) as answer:
            return await all_messages(answer)

    told = api.run(ask())
    assert len([m for m in told if m.get("method") == "notifications/message"]) == lines


def test_a_quiet_call_is_kept_alive(
    api: Api, probed: Probed, loopback: str, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "PING_S", 0.1)
    upstream.gate = gate = asyncio.Event()

    async def ask() -> tuple[bytes, dict[str, Any]]:
        message = modern_message("tools/call", call_of("probe_fetch", item="a"))
        async with streamed(loopback, probed.key, message) as answer:
            raw = answer.aiter_raw()
            first = await anext(raw)
            gate.set()
            rest = first + b"".join([chunk async for chunk in raw])
            return first, httpx2.Response(200, content=rest.rpartition(b"data: ")[2].strip()).json()

    first, last = api.run(ask())
    assert first == b": ping\r\n\r\n"
    assert last["result"]["structuredContent"]["item"] == "thing"


async def leave(base: str, key: str, message: dict[str, Any], headers: dict[str, str] | None = None) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5), streamed(base, key, message, headers) as answer:
            await answer.aread()


def test_mc19_a_modern_client_that_leaves_ends_a_read(api: Api, probed: Probed, loopback: str) -> None:
    api.run(leave(loopback, probed.key, modern_message("tools/call", call_of("probe_hang"))))
    eventually(lambda: outcomes(api, probed.key) == ["cancelled"], within_s=2)
    assert api.get("/api/usage", probed.key).json()["used"] == 0


def test_mc19_a_send_goes_on_to_its_recorded_end(
    api: Api, probed: Probed, loopback: str, upstream: Upstream
) -> None:
    upstream.gate = asyncio.Event()
    send = modern_message("tools/call", call_of("probe_send", to="x", text="y"))
    api.run(leave(loopback, probed.key, send))
    assert outcomes(api, probed.key) == ["started"]
    upstream.gate.set()
    eventually(lambda: outcomes(api, probed.key) == ["ok"])
    assert len(upstream.asked) == 1
    assert api.get("/api/usage", probed.key).json()["used"] == 1


def test_a_handshake_client_that_leaves_cancels_nothing(
    api: Api, probed: Probed, loopback: str, upstream: Upstream
) -> None:
    upstream.gate = asyncio.Event()
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call_of("probe_fetch", item="a")}
    api.run(leave(loopback, probed.key, message, session_headers(None)))
    upstream.gate.set()
    eventually(lambda: outcomes(api, probed.key) == ["ok"])


def test_a_handshake_client_cancels_by_a_notification(
    api: Api, agent: Agent, probed: Probed, loopback: str, upstream: Upstream
) -> None:
    session = agent.initialize()
    message = {"jsonrpc": "2.0", "id": "c-1", "method": "tools/call", "params": call_of("probe_hang")}
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "c-1"}}

    async def cancel() -> bytes:
        async with streamed(loopback, probed.key, message, session_headers(session)) as answer:
            return await answer.aread()

    async def both() -> bytes:
        asking = asyncio.create_task(cancel())
        async with asyncio.timeout(5), httpx2.AsyncClient(base_url=loopback) as client:
            while not asking.done():
                headers = {**session_headers(session), "Authorization": f"Bearer {probed.key}"}
                assert (await client.post("/mcp", json=note, headers=headers)).status_code == 202
                await asyncio.sleep(0.1)
        return await asking

    assert api.run(both()) == b""
    assert outcomes(api, probed.key) == ["cancelled"]


def test_mc14_requests_with_one_id_are_each_answered_once(api: Api, agent: Agent, loopback: str) -> None:
    session = agent.initialize()

    async def ask(n: int) -> str:
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": call_of("probe_echo", text=str(n)),
        }
        async with streamed(loopback, str(agent.key), message, session_headers(session)) as answer:
            await answer.aread()
            return str(answer.json()["result"]["structuredContent"]["text"])

    async def all_at_once() -> list[str]:
        async with asyncio.timeout(5):
            return await asyncio.gather(*(ask(n) for n in range(10)))

    assert api.run(all_at_once()) == [str(n) for n in range(10)]


def test_a_subscription_is_acknowledged_first_and_tells_only_what_was_asked(
    api: Api, agent: Agent, loopback: str
) -> None:
    async def ask() -> list[dict[str, Any]]:
        wanted = listen(toolsListChanged=True, resourceSubscriptions=["test://watched-resource"], no="x")
        async with streamed(loopback, str(agent.key), wanted) as answer:
            told = events(answer)
            found = [await anext(told)]
            for tool in ("test_trigger_prompt_change", "test_trigger_tool_change", "test_touch_resource"):
                await asyncio.to_thread(agent.call, tool)
            found += [await anext(told), await anext(told)]
            return found

    acknowledged, changed, updated = api.run(ask())
    assert acknowledged["method"] == ACKNOWLEDGED
    assert acknowledged["params"]["notifications"] == {
        "toolsListChanged": True,
        "resourceSubscriptions": ["test://watched-resource"],
    }
    assert changed["method"] == "notifications/tools/list_changed"
    assert (updated["method"], updated["params"]["uri"]) == (
        "notifications/resources/updated",
        "test://watched-resource",
    )
    for message in (acknowledged, changed, updated):
        assert message["params"]["_meta"] == {SUBSCRIPTION_KEY: "sub-1"}


def test_another_customers_changes_are_not_told(
    api: Api, agent: Agent, stranger: Agent, loopback: str
) -> None:
    async def ask() -> list[dict[str, Any]]:
        async with streamed(
            loopback, str(agent.key), listen(toolsListChanged=True, promptsListChanged=True)
        ) as answer:
            told = events(answer)
            await anext(told)
            await asyncio.to_thread(stranger.call, "test_trigger_tool_change")
            await asyncio.to_thread(agent.call, "test_trigger_prompt_change")
            return [await anext(told)]

    (only,) = api.run(ask())
    assert only["method"] == "notifications/prompts/list_changed"


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        {"resourceSubscriptions": "x"},
        {"resourceSubscriptions": [1]},
        {"resourceSubscriptions": ["x"] * 101},
    ],
)
def test_a_bad_filter_is_refused(agent: Agent, wanted: Any) -> None:
    answer = agent.modern("subscriptions/listen", {"notifications": wanted})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32602)
