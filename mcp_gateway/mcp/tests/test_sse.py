"""HTTP+SSE: the stream, the way in, and who may use it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from mcp_gateway.mcp.tests.agents import ACCEPT, Agent, call_of, eventually, initialization, outcomes
from tests.support.api import Api
from tests.support.probed import Probed

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@contextlib.asynccontextmanager
async def opened(
    base: str, key: str | None
) -> AsyncIterator[tuple[httpx2.AsyncClient, AsyncIterator[str], str]]:
    """A client, the lines of its stream, and where to send messages."""
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(base_url=base, timeout=30, headers=headers) as client,
        client.stream("GET", "/sse") as stream,
    ):
        assert stream.headers["content-type"] == "text/event-stream"
        lines = stream.aiter_lines()
        assert await anext(lines) == "event: endpoint"
        yield client, lines, (await anext(lines)).removeprefix("data: ")


async def heard(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("data: "):
            return line.removeprefix("data: ")
    return ""


def test_a_strangers_message_is_for_an_unknown_session(
    api: Api, agent: Agent, stranger: Agent, loopback: str
) -> None:
    """MC04."""

    async def play() -> list[int]:
        async with opened(loopback, agent.key) as (client, lines, where):
            theirs = {"Authorization": f"Bearer {stranger.key}"}
            statuses = [
                (await client.post(where, json=PING, headers=theirs)).status_code,
                (await client.post(where, json=PING, headers={"Authorization": ""})).status_code,
                (await client.post(where, json=PING)).status_code,
            ]
            assert '"result":{}' in await heard(lines)
            return statuses

    assert api.run(play()) == [404, 401, 202]


def test_a_session_ends_with_its_stream(api: Api, agent: Agent, loopback: str) -> None:
    async def play() -> str:
        async with opened(loopback, agent.key) as (_, __, where):
            return where

    where = api.run(play())
    eventually(lambda: api.post(where, agent.key, PING).status_code == 404)


@pytest.mark.parametrize("where", ["/messages/", "/messages/?session_id=", "/messages/?session_id=forged"])
def test_a_message_needs_a_session(api: Api, agent: Agent, where: str) -> None:
    assert api.post(where, agent.key, PING).status_code == 404


def test_a_foreign_origin_is_refused_before_authentication(api: Api) -> None:
    for path in ("/sse", "/messages/"):
        assert api.get(path, headers={"Origin": "https://evil.example"}).status_code == 403
        assert api.get(path).status_code == 401


def test_only_the_right_methods_are_served(api: Api, agent: Agent) -> None:
    assert api.post("/sse", agent.key, PING).status_code == 405
    assert api.get("/messages/", agent.key).status_code == 405


def test_a_broken_message_is_refused_at_once(api: Api, agent: Agent, loopback: str) -> None:
    async def play() -> list[int]:
        async with opened(loopback, agent.key) as (client, _, where):
            bodies = [b"{", b"[]", b'{"jsonrpc":"2.0","id":null,"method":"ping"}']
            return [(await client.post(where, content=b, headers=ACCEPT)).status_code for b in bodies]

    assert api.run(play()) == [400, 400, 400]


def test_a_batch_is_answered_before_2025_06_18(api: Api, agent: Agent, loopback: str) -> None:
    async def play() -> tuple[str, int]:
        async with opened(loopback, agent.key) as (client, lines, where):
            await client.post(where, json=[PING, {**PING, "id": 2}])
            first = await heard(lines)
            await client.post(where, json=initialization("2025-11-25"))
            await heard(lines)
            return first, (await client.post(where, json=[PING])).status_code

    answered, later = api.run(play())
    assert answered.startswith("[")
    assert later == 400


def test_a_call_can_be_cancelled(api: Api, agent: Agent, probed: Probed, loopback: str) -> None:
    call = {"jsonrpc": "2.0", "id": "c-1", "method": "tools/call", "params": call_of("probe_hang")}
    note: dict[str, Any] = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": "c-1"},
    }

    async def play() -> None:
        async with asyncio.timeout(10), opened(loopback, agent.key) as (client, _, where):
            await client.post(where, json=call)
            while await asyncio.to_thread(outcomes, api, probed.key) != ["cancelled"]:
                await client.post(where, json=note)
                await asyncio.sleep(0.05)

    api.run(play())


def test_the_stream_tells_of_changed_lists(api: Api, agent: Agent, loopback: str) -> None:
    async def play() -> str:
        async with opened(loopback, agent.key) as (_, lines, __):
            await asyncio.to_thread(agent.call, "test_trigger_tool_change")
            return await heard(lines)

    assert "notifications/tools/list_changed" in api.run(play())
