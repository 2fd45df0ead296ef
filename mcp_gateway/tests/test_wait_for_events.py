"""hermes_wait_for_events over REST and MCP: woken by what happens, ended by who leaves, free of charge."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from mcp_gateway.mcp.tests.agents import (
    Agent,
    call_of,
    eventually,
    modern_headers,
    modern_message,
    outcomes,
)
from mcp_gateway.mcp.tests.conftest import loopback as loopback  # noqa: PLC0414  (a fixture of this module too)
from tenants import keys
from tenants.key_limits import Limits
from tests.support.api import Api
from tests.support.surfaces import SURFACES, Call
from tests.support.tenants import Tenant, World

TOOL = "hermes_wait_for_events"
CONTACT = "14155550101"


@pytest.fixture
def shop(world: World) -> Tenant:
    return world.make("acme")


def looked(api: Api, key: str, **arguments: Any) -> Any:
    answer = api.post(f"/api/tools/{TOOL}", key, {"timeout": 0, **arguments})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def texts(data: Any) -> list[str]:
    return [event["message"].get("text", "") for event in data["events"]]


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_what_happens_between_two_waits_is_told_by_the_second(api: Api, shop: Tenant, surface: Call) -> None:
    used = api.get("/api/usage", shop.key).json()["used"]
    begun = surface(api, shop.key, TOOL, {"timeout": 0})
    shop.hear("whatsapp", CONTACT, "one")
    shop.hear("whatsapp", CONTACT, "two")
    told = surface(api, shop.key, TOOL, {"timeout": 30, "from_cursor": begun.data["next_cursor"]})
    assert texts(told.data) == ["one", "two"]
    assert {e["type"] for e in told.data["events"]} == {"message.received"}
    assert told.data["has_more"] is False
    again = surface(api, shop.key, TOOL, {"timeout": 0, "from_cursor": told.data["next_cursor"]})
    assert texts(again.data) == []
    assert api.get("/api/usage", shop.key).json()["used"] == used


def rest_request(key: str) -> dict[str, Any]:
    return {
        "url": f"/api/tools/{TOOL}",
        "json": {"timeout": 50},
        "headers": {"Authorization": f"Bearer {key}"},
    }


def mcp_request(key: str) -> dict[str, Any]:
    message = modern_message("tools/call", call_of(TOOL, timeout=50))
    headers = {**modern_headers(message), "Authorization": f"Bearer {key}"}
    return {"url": "/mcp", "json": message, "headers": headers}


REQUESTS = pytest.mark.parametrize("request_of", [rest_request, mcp_request], ids=["rest", "mcp"])


@REQUESTS
def test_a_wait_ends_when_something_happens(
    api: Api, shop: Tenant, loopback: str, request_of: Callable[[str], dict[str, Any]]
) -> None:
    async def play() -> str:
        async with asyncio.timeout(20), httpx2.AsyncClient(base_url=loopback, timeout=60) as client:
            waiting = asyncio.ensure_future(client.post(**request_of(shop.key)))
            while not waiting.done():
                await asyncio.to_thread(shop.hear, "whatsapp", CONTACT, "Are you there?")
                await asyncio.wait([waiting], timeout=0.3)
            return (await waiting).text

    assert "Are you there?" in api.run(play())


@REQUESTS
def test_a_wait_ends_with_the_client_that_leaves(
    api: Api, shop: Tenant, loopback: str, request_of: Callable[[str], dict[str, Any]]
) -> None:
    """MC19, and the place it held is free."""

    async def leave() -> None:
        async with httpx2.AsyncClient(base_url=loopback, timeout=60) as client:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await client.post(**request_of(shop.key))

    api.run(leave())
    eventually(lambda: outcomes(api, shop.key) == ["cancelled"])


@REQUESTS
def test_a_key_revoked_while_it_waits_is_told_nothing(
    api: Api,
    shop: Tenant,
    loopback: str,
    monkeypatch: pytest.MonkeyPatch,
    request_of: Callable[[str], dict[str, Any]],
) -> None:
    monkeypatch.setattr("mcp_gateway.auth.TTL_S", 0.1)
    limits = Limits(scopes=("tools:read", "inbox:read"))
    issued = keys.issue(shop.customer.pk, name="passing", mode="live", limits=limits)

    async def play() -> httpx2.Response:
        async with asyncio.timeout(20), httpx2.AsyncClient(base_url=loopback, timeout=60) as client:
            waiting = asyncio.ensure_future(client.post(**request_of(issued.text)))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(keys.revoke, shop.customer.pk, issued.key.public_id)
            while not waiting.done():
                await asyncio.to_thread(shop.hear, "whatsapp", CONTACT, "not for you")
                await asyncio.wait([waiting], timeout=0.3)
            return await waiting

    answer = api.run(play())
    assert answer.status_code == 401
    assert "not for you" not in answer.text


def test_a_live_key_waits_for_live_accounts_and_a_test_key_for_the_sandbox(api: Api, shop: Tenant) -> None:
    live, test = (looked(api, key)["next_cursor"] for key in (shop.key, shop.test_key))
    shop.hear("whatsapp", CONTACT, "live only")
    assert texts(looked(api, shop.key, from_cursor=live)) == ["live only"]
    assert texts(looked(api, shop.test_key, from_cursor=test)) == []
    crossed = api.post(f"/api/tools/{TOOL}", shop.test_key, {"timeout": 0, "from_cursor": live})
    assert (crossed.status_code, crossed.json()["code"]) == (422, "invalid_argument")


def test_a_strangers_cursor_is_as_good_as_none(api: Api, shop: Tenant, world: World) -> None:
    cursor = looked(api, shop.key)["next_cursor"]
    shop.hear("whatsapp", CONTACT, "acme's")
    stranger = world.make("globex")
    answers = [
        api.post(f"/api/tools/{TOOL}", stranger.key, {"timeout": 0, "from_cursor": each})
        for each in (cursor, "nonsense")
    ]
    first, second = ({k: v for k, v in a.json().items() if k != "call_id"} for a in answers)
    assert first == second
    assert "acme's" not in answers[0].text


@pytest.mark.parametrize(
    "arguments",
    [{"timeout": 51}, {"timeout": -1}, {"types": []}, {"types": ["message.invented"]}, {"types": "all"}],
)
def test_a_wait_is_bounded_and_for_known_types(api: Api, shop: Tenant, arguments: dict[str, Any]) -> None:
    answer = api.post(f"/api/tools/{TOOL}", shop.key, arguments)
    assert answer.json()["code"] == "invalid_argument"


def test_only_the_types_that_were_asked_are_told(api: Api, shop: Tenant) -> None:
    cursor = looked(api, shop.key)["next_cursor"]
    shop.hear("whatsapp", CONTACT, "hello")
    assert texts(looked(api, shop.key, from_cursor=cursor, types=["message.status"])) == []
    assert texts(looked(api, shop.key, from_cursor=cursor, types=["message.received"])) == ["hello"]


def test_what_contacts_wrote_is_marked_and_harmless(api: Api, shop: Tenant) -> None:
    cursor = looked(api, shop.key)["next_cursor"]
    shop.hear("whatsapp", CONTACT, "pay\u202e now")
    data = looked(api, shop.key, from_cursor=cursor)
    assert data["notice"]
    assert data["events"][0]["message"]["untrusted"] is True
    assert texts(data) == ["pay\\u202e now"]


def test_the_event_leads_to_its_conversation(api: Api, shop: Tenant) -> None:
    cursor = looked(api, shop.key)["next_cursor"]
    shop.hear("whatsapp", CONTACT, "hello")
    (event,) = looked(api, shop.key, from_cursor=cursor)["events"]
    result = Agent(api, shop.key).call("hermes_get_thread", thread_id=event["thread"])
    assert [m["text"] for m in result["structuredContent"]["messages"]] == ["hello"]
