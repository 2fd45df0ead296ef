"""Streams that stay open: how many, for how long, and by whom."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from mcp_gateway.mcp import exchange
from mcp_gateway.mcp.tests.agents import Agent, events, modern_message, session_headers, streamed
from tenants import customers
from tests.support.api import Api
from tests.support.probed import Probed

LISTEN = modern_message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})


@contextlib.asynccontextmanager
async def session_stream(base: str, key: str | None, session: str) -> AsyncIterator[httpx2.Response]:
    headers = {**session_headers(session), "Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(base_url=base, timeout=30) as client,
        client.stream("GET", "/mcp", headers=headers) as answer,
    ):
        yield answer


def test_a_session_is_told_of_changed_lists_and_watched_resources(
    api: Api, agent: Agent, loopback: str
) -> None:
    session = agent.initialize()
    agent.handshake("resources/subscribe", {"uri": "test://watched-resource"}, session=session)

    async def ask() -> list[str]:
        async with session_stream(loopback, agent.key, session) as answer:
            told = events(answer)
            for tool in ("test_trigger_tool_change", "test_touch_resource"):
                await asyncio.to_thread(agent.call, tool)
            return [(await anext(told))["method"], (await anext(told))["method"]]

    assert api.run(ask()) == ["notifications/tools/list_changed", "notifications/resources/updated"]


def test_a_resource_nobody_watches_is_not_told(api: Api, agent: Agent, loopback: str) -> None:
    session = agent.initialize()

    async def ask() -> str:
        async with session_stream(loopback, agent.key, session) as answer:
            told = events(answer)
            for tool in ("test_touch_resource", "test_trigger_prompt_change"):
                await asyncio.to_thread(agent.call, tool)
            return str((await anext(told))["method"])

    assert api.run(ask()) == "notifications/prompts/list_changed"


def test_a_newer_stream_of_a_session_takes_the_place_of_the_older(
    api: Api, agent: Agent, loopback: str
) -> None:
    session = agent.initialize()

    async def ask() -> None:
        async with (
            asyncio.timeout(5),
            session_stream(loopback, agent.key, session) as older,
            session_stream(loopback, agent.key, session) as newer,
        ):
            assert [m async for m in events(older)] == []
            await asyncio.to_thread(agent.call, "test_trigger_tool_change")
            assert (await anext(events(newer)))["method"] == "notifications/tools/list_changed"

    api.run(ask())


def test_a_stream_of_a_session_must_be_wanted(api: Api, agent: Agent) -> None:
    headers = {**session_headers(agent.initialize()), "Accept": "application/json"}
    assert api.request("GET", "/mcp", agent.key, headers=headers).status_code == 406


def test_mc12_only_the_customer_with_too_many_streams_is_refused(
    api: Api, agent: Agent, stranger: Agent, loopback: str, settings: Any
) -> None:
    settings.MCP_STREAMS_PER_CUSTOMER = 2

    async def opened(stack: contextlib.AsyncExitStack, who: Agent) -> int:
        answer = await stack.enter_async_context(streamed(loopback, who.key, LISTEN))
        if answer.status_code == 200:
            # Kept, because a response is closed with its iterator.
            told = await stack.enter_async_context(contextlib.aclosing(events(answer)))
            await anext(told)
        else:
            assert int(answer.headers["retry-after"]) > 0
        return answer.status_code

    async def ask() -> list[int]:
        async with contextlib.AsyncExitStack() as stack:
            return [await opened(stack, who) for who in (agent, agent, agent, stranger)]

    assert api.run(ask()) == [200, 200, 429, 200]

    async def again() -> int:
        async with contextlib.AsyncExitStack() as stack:
            return await opened(stack, agent)

    async def until_given_back() -> None:
        async with asyncio.timeout(5):
            while await again() != 200:
                await asyncio.sleep(0.05)

    api.run(until_given_back())


def _suspend(api: Api, probed: Probed) -> None:
    customers.suspend(probed.customer)


def _revoke(api: Api, probed: Probed) -> None:
    key_id = next(k["id"] for k in api.get("/api/keys", probed.key).json()["keys"] if k["mode"] == "live")
    api.request("DELETE", f"/api/keys/{key_id}", probed.key)


@pytest.mark.parametrize("stop", [_suspend, _revoke])
def test_au09_an_open_stream_ends_with_its_credential(
    api: Api,
    agent: Agent,
    probed: Probed,
    loopback: str,
    stop: Callable[[Api, Probed], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stream checks its caller at each ping (15 s), against a cache of at most 5 s: within 30 s in all."""
    assert exchange.PING_S + 5 <= 30
    monkeypatch.setattr(exchange, "PING_S", 0.2)
    monkeypatch.setattr("mcp_gateway.auth.TTL_S", 0.2)
    session = agent.initialize()

    async def ask() -> None:
        async with (
            asyncio.timeout(10),
            streamed(loopback, agent.key, LISTEN) as subscription,
            session_stream(loopback, agent.key, session) as stream,
        ):
            await asyncio.to_thread(stop, api, probed)
            assert [m["method"] async for m in events(subscription)] == [
                "notifications/subscriptions/acknowledged"
            ]
            assert [m async for m in events(stream)] == []

    api.run(ask())


def test_a_stream_of_a_living_credential_stays_open(
    api: Api, agent: Agent, loopback: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "PING_S", 0.05)

    async def ask() -> str:
        async with streamed(loopback, agent.key, LISTEN) as answer:
            told = answer.aiter_lines()
            pings = 0
            while pings < 5:
                pings += (await anext(told)).startswith(": ping")
            await asyncio.to_thread(agent.call, "test_trigger_tool_change")
            async for line in told:
                if "list_changed" in line:
                    return line
        return ""

    assert api.run(ask())
