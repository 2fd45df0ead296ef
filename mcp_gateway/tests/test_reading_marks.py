"""What counts as read: by the platform's tool, by REST, and by nothing else."""

from typing import Any

import pytest

from inbox.models import Thread
from tests.support.api import Api
from tests.support.surfaces import rest
from tests.support.tenants import Tenant, World

ADA = "14155550123"


@pytest.fixture
def ours(world: World) -> Tenant:
    """acme, connected everywhere."""
    return world.make("acme")


def _unread(api: Api, tenant: Tenant) -> list[int]:
    return [t["unread"] for t in rest(api, tenant.key, "hermes_inbox", {}).data["threads"]]


def _mark(api: Api, tenant: Tenant, message_id: str, **more: Any) -> str:
    return rest(api, tenant.key, "whatsapp_mark_read", {"message_id": message_id, **more}).code


def test_marking_a_message_read_lowers_the_count_up_to_it(api: Api, ours: Tenant) -> None:
    first, second = (ours.hear("whatsapp", ADA, text) for text in ("one", "two"))
    ours.hear("whatsapp", ADA, "three")
    assert _unread(api, ours) == [3]
    assert _mark(api, ours, second) == "ok"
    assert _unread(api, ours) == [1]
    assert _mark(api, ours, first) == "ok"
    assert _unread(api, ours) == [1]


def test_a_dry_run_a_failure_and_a_strangers_message_lower_nothing(
    api: Api, world: World, ours: Tenant
) -> None:
    theirs = world.make("globex")
    foreign = theirs.hear("whatsapp", ADA, "theirs")
    own = ours.hear("whatsapp", ADA, "ours")
    assert _mark(api, ours, own, dry_run=True) == "ok"
    world.platforms.script.append((400, {}, {"error": {"code": 100, "message": "no such message"}}))
    assert _mark(api, ours, own) != "ok"
    _mark(api, ours, foreign)
    assert (_unread(api, ours), _unread(api, theirs)) == ([1], [1])


def test_reading_lowers_nothing(api: Api, ours: Tenant) -> None:
    ours.hear("whatsapp", ADA, "hello")
    [thread] = rest(api, ours.key, "hermes_inbox", {}).data["threads"]
    rest(api, ours.key, "hermes_get_thread", {"thread_id": thread["id"]})
    rest(api, ours.key, "whatsapp_get_conversation", {"contact": ADA})
    api.get(f"/api/inbox/threads/{thread['id']}/messages", ours.key)
    assert _unread(api, ours) == [1]


def test_a_conversation_is_counted_as_read_over_rest_without_telling_the_platform(
    api: Api, world: World, ours: Tenant
) -> None:
    ours.hear("whatsapp", ADA, "hello")
    [thread] = rest(api, ours.key, "hermes_inbox", {}).data["threads"]
    world.forget()
    answer = api.post(f"/api/inbox/threads/{thread['id']}/read", ours.key)
    assert (answer.status_code, answer.json()) == (200, {"id": thread["id"], "unread": 0})
    assert (_unread(api, ours), world.asked) == ([0], [])
    ours.hear("whatsapp", ADA, "again")
    assert _unread(api, ours) == [1]
    assert Thread.objects.of(ours.customer).count() == 1


def test_messages_are_searched_over_rest(api: Api, world: World, ours: Tenant) -> None:
    theirs = world.make("globex")
    theirs.hear("whatsapp", ADA, "an invoice of globex")
    for text in ("an invoice, please", "bread", "the invoice again"):
        ours.hear("whatsapp", ADA, text)
    page = api.get("/api/inbox/messages?q=invoice&limit=1", ours.key).json()
    rest_of_it = api.get(f"/api/inbox/messages?q=invoice&cursor={page['next_cursor']}", ours.key).json()
    found = [m["text"] for m in page["messages"] + rest_of_it["messages"]]
    assert found == ["the invoice again", "an invoice, please"]
    [thread] = api.get("/api/inbox/threads?q=bread", ours.key).json()["threads"]
    assert {m["thread"] for m in page["messages"]} == {thread["id"]}
    assert api.get("/api/inbox/threads?q=globex", ours.key).json()["threads"] == []
    assert len(api.get("/api/inbox/threads?needs_reply=true", ours.key).json()["threads"]) == 1
    assert api.get("/api/inbox/messages", ours.key).status_code == 422
