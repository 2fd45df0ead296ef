"""Subscribers hear of what they may read and of nothing else, in every era and from every process."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp import MCPDeprecationWarning
from mcp.client.subscriptions import ResourceUpdated
from mcp_types import ResourceUpdatedNotification

from inbox import news, tasks
from mcp_gateway.mcp.tests.agents import Agent, events, modern_headers, modern_message, session_headers
from mcp_gateway.mcp.tests.test_own_resources import thread_of
from mcp_gateway.mcp.tests.test_sdk_client import connected
from mcp_gateway.mcp.uris import CONNECTIONS, INBOX, thread_uri
from tenants import connections, keys
from tenants.key_limits import Limits
from tests.support.api import Api
from tests.support.tenants import Tenant

CONTACT = "14155550101"
READER = Limits(scopes=("tools:read", "inbox:read"))


@contextlib.asynccontextmanager
async def subscribed(base: str, key: str, *uris: str) -> AsyncIterator[AsyncGenerator[Any, None]]:
    """A subscription of 2026-07-28 that was acknowledged."""
    message = modern_message("subscriptions/listen", {"notifications": {"resourceSubscriptions": [*uris]}})
    headers = {**modern_headers(message), "Authorization": f"Bearer {key}"}
    async with (
        asyncio.timeout(20),
        httpx2.AsyncClient(base_url=base, timeout=30) as client,
        client.stream("POST", "/mcp", json=message, headers=headers) as answer,
        contextlib.aclosing(events(answer)) as told,
    ):
        acknowledged = await anext(told)
        assert acknowledged["params"]["notifications"].get("resourceSubscriptions", []) == [*uris]
        yield told


@contextlib.asynccontextmanager
async def watching(base: str, api: Api, key: str, *uris: str) -> AsyncIterator[AsyncGenerator[Any, None]]:
    """The stream of a 2025-11-25 session that subscribed to resources."""
    agent = Agent(api, key)
    session = await asyncio.to_thread(agent.initialize)
    for uri in uris:
        answer = await asyncio.to_thread(
            agent.handshake, "resources/subscribe", {"uri": uri}, session=session
        )
        assert "result" in answer.json()
    headers = {**session_headers(session), "Accept": "text/event-stream", "Authorization": f"Bearer {key}"}
    async with (
        asyncio.timeout(20),
        httpx2.AsyncClient(base_url=base, timeout=30) as client,
        client.stream("GET", "/mcp", headers=headers) as answer,
        contextlib.aclosing(events(answer)) as told,
    ):
        yield told


async def next_uri(told: AsyncGenerator[Any, None]) -> str:
    message = await anext(told)
    assert message["method"] == "notifications/resources/updated"
    return str(message["params"]["uri"])


def test_an_event_updates_the_inbox_and_its_conversation_for_both_eras(
    api: Api, acme_shop: Tenant, loopback: str
) -> None:
    acme_shop.hear("whatsapp", CONTACT, "one")
    acme_shop.hear("whatsapp", "14155550102", "another's")
    agent = Agent(api, acme_shop.key)
    threads = agent.call("hermes_inbox")["structuredContent"]["threads"]
    uris = {t["contact"]: thread_uri("whatsapp", t["id"]) for t in threads}

    async def play() -> None:
        async with (
            subscribed(loopback, acme_shop.key, INBOX, uris[CONTACT]) as modern,
            watching(loopback, api, acme_shop.key, INBOX, uris[CONTACT]) as session,
        ):
            await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "two")
            for told in (modern, session):
                assert {await next_uri(told), await next_uri(told)} == {INBOX, uris[CONTACT]}
            await asyncio.to_thread(acme_shop.hear, "whatsapp", "14155550102", "elsewhere")
            await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "three")
            for told in (modern, session):
                assert await next_uri(told) == INBOX

    api.run(play())


def test_what_calls_send_and_mark_as_read_updates_the_inbox(
    api: Api, acme_shop: Tenant, loopback: str
) -> None:
    received = acme_shop.hear("whatsapp", CONTACT, "one")
    thread = thread_of(api, acme_shop)
    requests = [
        ("/api/tools/whatsapp_send_text", {"to": CONTACT, "text": "hello"}),
        ("/api/tools/whatsapp_mark_read", {"message_id": received}),
        (f"/api/inbox/threads/{thread}/read", {}),
    ]

    async def play() -> None:
        async with subscribed(loopback, acme_shop.key, INBOX) as told:
            for path, body in requests:
                answer = await asyncio.to_thread(api.post, path, acme_shop.key, body)
                assert answer.status_code == 200, answer.text
                assert await next_uri(told) == INBOX

    api.run(play())


@pytest.mark.parametrize(("listener", "accepter"), [(0, 1), (1, 0)], ids=["uvicorn", "daphne"])
def test_an_event_one_process_accepts_is_told_by_another(
    api: Api, acme_shop: Tenant, processes: tuple[str, str], listener: int, accepter: int
) -> None:
    said = {"sender": CONTACT, "text": "Hello?"}
    key = {"Authorization": f"Bearer {acme_shop.test_key}"}

    async def play() -> None:
        async with (
            httpx2.AsyncClient(base_url=processes[accepter], headers=key, timeout=30) as client,
            subscribed(processes[listener], acme_shop.test_key, INBOX) as modern,
            watching(processes[listener], api, acme_shop.test_key, INBOX) as session,
        ):
            posted = await client.post("/api/sandbox/whatsapp/inbound", json=said)
            assert posted.status_code == 202, posted.text
            await asyncio.to_thread(tasks.drain)
            assert [await next_uri(told) for told in (modern, session)] == [INBOX, INBOX]

    api.run(play())


def test_a_stranger_who_subscribes_to_a_conversation_hears_nothing(
    api: Api, acme_shop: Tenant, globex_shop: Tenant, loopback: str
) -> None:
    """TE11, MC04: nothing comes before what is the stranger's own."""
    acme_shop.hear("whatsapp", CONTACT, "one")
    foreign = thread_uri("whatsapp", thread_of(api, acme_shop))

    async def play() -> None:
        async with (
            subscribed(loopback, globex_shop.key, INBOX, foreign, CONNECTIONS) as modern,
            watching(loopback, api, globex_shop.key, INBOX, foreign, CONNECTIONS) as session,
        ):
            await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "two")
            await asyncio.to_thread(_pause, acme_shop)
            await asyncio.to_thread(globex_shop.hear, "whatsapp", CONTACT, "own")
            assert [await next_uri(told) for told in (modern, session)] == [INBOX, INBOX]
            await asyncio.to_thread(_pause, globex_shop)
            # A session is told of changed lists without asking for it.
            assert (await anext(session))["method"] == "notifications/tools/list_changed"
            assert [await next_uri(told) for told in (modern, session)] == [CONNECTIONS] * 2

    api.run(play())


def test_a_test_key_hears_of_the_sandbox_and_a_live_key_of_live_accounts(
    api: Api, acme_shop: Tenant, loopback: str
) -> None:
    def to_sandbox() -> None:
        said = {"sender": CONTACT, "text": "in the sandbox"}
        path = "/api/sandbox/whatsapp/inbound"
        assert api.post(path, acme_shop.test_key, said).status_code == 202
        tasks.drain()

    async def play() -> None:
        async with (
            subscribed(loopback, acme_shop.test_key, INBOX, CONNECTIONS) as test,
            subscribed(loopback, acme_shop.key, INBOX) as live,
        ):
            await asyncio.to_thread(_pause, acme_shop)
            await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "live")
            assert await next_uri(live) == INBOX
            await asyncio.to_thread(to_sandbox)
            assert await next_uri(test) == INBOX
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await anext(live)

    api.run(play())


def test_au09_a_revoked_key_is_told_nothing_more(api: Api, acme_shop: Tenant, loopback: str) -> None:
    """Whatever the next ping would find: the stream ends instead of telling."""
    passing = keys.issue(acme_shop.customer.pk, name="passing", mode="live", limits=READER)

    async def play() -> list[Any]:
        async with (
            subscribed(loopback, passing.text, INBOX) as modern,
            watching(loopback, api, passing.text, INBOX) as session,
        ):
            await asyncio.to_thread(keys.revoke, acme_shop.customer.pk, passing.key.public_id)
            await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "not for you")
            return [message for told in (modern, session) async for message in told]

    assert api.run(play()) == []


def test_a_connection_that_is_paused_updates_the_connections(
    api: Api, acme_shop: Tenant, loopback: str
) -> None:
    async def play() -> None:
        async with subscribed(loopback, acme_shop.key, CONNECTIONS) as told:
            await asyncio.to_thread(_pause, acme_shop)
            assert await next_uri(told) == CONNECTIONS

    api.run(play())


def burst(tenant: Tenant) -> None:
    """Many messages of the inbox on the bus, as fast as they go."""
    for number in range(300):
        message = {"event": "message.received", "platform": "whatsapp", "thread": f"thr_{number}"}
        news.announce(tenant.customer.public_id, "live", message)


def test_a_burst_is_told_in_few_notifications_of_which_the_last_comes_after_it(
    api: Api, acme_shop: Tenant, loopback: str
) -> None:
    async def play() -> int:
        notifications = 0
        async with subscribed(loopback, acme_shop.key, INBOX) as told:
            sending = asyncio.ensure_future(asyncio.to_thread(burst, acme_shop))
            with contextlib.suppress(TimeoutError):
                while True:
                    async with asyncio.timeout(2 if sending.done() else 10):
                        await next_uri(told)
                    notifications += 1
            await sending
        return notifications

    assert 1 <= api.run(play()) <= 150


def _pause(tenant: Tenant) -> None:
    connections.pause(tenant.customer.pk, tenant.connections["probe"])


def test_the_sdks_client_is_woken_and_reads_anew(api: Api, acme_shop: Tenant, loopback: str) -> None:
    async def play() -> str:
        async with (
            asyncio.timeout(20),
            connected(loopback, acme_shop.key, "auto") as client,
            client.listen(resource_subscriptions=[INBOX]) as heard,
        ):
            assert "news" not in str(await client.read_resource(INBOX))
            await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "news")
            event = await anext(aiter(heard))
            assert isinstance(event, ResourceUpdated)
            return str(await client.read_resource(event.uri))

    assert "news" in api.run(play())


@pytest.mark.parametrize("era", ["legacy", "sse"])
def test_the_sdks_client_of_a_handshake_era_is_woken_and_reads_anew(
    api: Api, acme_shop: Tenant, loopback: str, era: str
) -> None:
    async def play() -> str:
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def hear(message: Any) -> None:
            if isinstance(message, ResourceUpdatedNotification):
                heard.put_nowait(message.params.uri)

        async with (
            asyncio.timeout(20),
            connected(loopback, acme_shop.key, era, message_handler=hear) as client,
        ):
            with pytest.warns(MCPDeprecationWarning):
                await client.subscribe_resource(INBOX)
            until_told = asyncio.ensure_future(heard.get())
            while not until_told.done():  # the client opens its stream when it likes
                await asyncio.to_thread(acme_shop.hear, "whatsapp", CONTACT, "news")
                await asyncio.wait([until_told], timeout=0.5)
            return str(await client.read_resource(await until_told))

    assert "news" in api.run(play())
