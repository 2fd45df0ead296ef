"""F24: a process that is told to end closes its event streams at once, each as its era closes one."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from audit.models import AuditEntry
from mcp_gateway.mcp.tests.agents import (
    LATEST_HANDSHAKE,
    events,
    initialization,
    modern_headers,
    modern_message,
    session_headers,
)
from tests.faults.conftest import Start
from tests.support.api import Api
from tests.support.gate import gate
from tests.support.probed import Probed
from tests.support.upstream import Upstream
from tests.support.web import DAPHNE, UVICORN, Web

STREAMS = 20
LISTEN = modern_message("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, id="sub-1")
SERVERS = pytest.mark.parametrize("server", [UVICORN, DAPHNE], ids=["uvicorn", "daphne"])


async def subscription(client: httpx2.AsyncClient, opened: asyncio.Semaphore) -> list[Any]:
    """All messages of one `subscriptions/listen`, until the server ends it."""
    async with client.stream("POST", "/mcp", json=LISTEN, headers=modern_headers(LISTEN)) as answer:
        told = events(answer)
        first = await anext(told)
        opened.release()
        return [first, *[message async for message in told]]


async def session_stream(client: httpx2.AsyncClient, opened: asyncio.Semaphore) -> list[Any]:
    """All messages of one session's GET."""
    begun = await client.post("/mcp", json=initialization(LATEST_HANDSHAKE), headers=session_headers(None))
    headers = {**session_headers(begun.headers["mcp-session-id"]), "Accept": "text/event-stream"}
    async with client.stream("GET", "/mcp", headers=headers) as answer:
        opened.release()
        return [message async for message in events(answer)]


async def end_under_streams(web: Web, key: str) -> list[list[Any]]:
    """What each stream said until it ended, the process being told to end once all are open."""
    opened = asyncio.Semaphore(0)
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=None)
    async with (
        asyncio.timeout(30),
        httpx2.AsyncClient(base_url=web.base, headers=headers, timeout=30, limits=limits) as client,
    ):
        kinds = [subscription, session_stream] * (STREAMS // 2)
        streams = [asyncio.ensure_future(kind(client, opened)) for kind in kinds]
        for _ in streams:
            await opened.acquire()
        web.terminate()
        async with asyncio.timeout(10):
            return await asyncio.gather(*streams)


@SERVERS
def test_streams_are_closed_cleanly_at_once(
    api: Api, probed: Probed, start: Start, server: Sequence[str]
) -> None:
    web = start(server)
    told = api.run(end_under_streams(web, probed.key))
    for acknowledged, closed in told[::2]:
        assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
        assert (closed["id"], closed["result"]["resultType"]) == ("sub-1", "complete")
    assert told[1::2] == [[]] * (STREAMS // 2)
    web.process.wait(10)


@SERVERS
def test_a_call_that_runs_beside_streams_comes_to_its_end(
    api: Api, upstream: Upstream, probed: Probed, start: Start, server: Sequence[str]
) -> None:
    web = start(server)
    send = {"to": "x", "text": "y"}
    with gate(api, upstream) as held, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(web.post, "/api/tools/probe_send", probed.key, send)
        held.await_asked(1)
        api.run(end_under_streams(web, probed.key))
        held.open()
        assert waiting.result(30).status_code == 200
    web.process.wait(20)
    assert AuditEntry.objects.get(customer=probed.customer, action="tool.call").outcome == "ok"
    assert len(upstream.asked) == 1
