"""Stored conversations: what is asked of the inbox, and that Meta is not asked at all."""

import datetime

import pytest

from connectors.kit.testing import FakeInbox
from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import Meta
from hermes.core.errors import InvalidArgument, NotFound

SINCE = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


@pytest.fixture
def inbox(call: Calling) -> FakeInbox:
    """An inbox that notes what it is asked."""
    call.inbox = inbox = FakeInbox(
        open_=True,
        messages={
            "wamid.A": {
                "message_id": "wamid.A",
                "contact": "14155550123",
                "direction": "out",
                "status": "failed",
                "statuses": [
                    {"status": "sent", "at": "2026-11-22T09:00:00Z"},
                    {
                        "status": "failed",
                        "at": "2026-11-22T09:00:05Z",
                        "error": {"code": 131026, "title": "Message undeliverable"},
                    },
                ],
            }
        },
    )
    return inbox


def test_conversations_are_asked_for_with_their_filters(call: Calling, inbox: FakeInbox, meta: Meta) -> None:
    call(
        "whatsapp_list_conversations",
        unread=True,
        window_open=False,
        since="2026-11-01",
        limit=5,
        cursor="abc",
    )
    assert inbox.asked == [
        {"unread": True, "window_open": False, "since": SINCE, "limit": 5, "cursor": "abc"}
    ]
    assert meta.seen == []


def test_a_conversation_is_asked_for_by_the_number_however_it_is_written(
    call: Calling, inbox: FakeInbox
) -> None:
    data = call("whatsapp_get_conversation", contact="+1 415 555 0123", include_status=True, before="x")
    assert inbox.asked[0] == {
        "contact": "14155550123",
        "before": "x",
        "limit": 20,
        "include_status": True,
    }
    assert data["window"] == {"open": True, "closes_at": "2026-11-23T09:00:00Z"}
    call("whatsapp_get_conversation", contact="US.13491208655302741918")
    assert inbox.asked[1]["contact"] == "US.13491208655302741918"


def test_a_search_is_asked_for_with_its_bounds(call: Calling, inbox: FakeInbox) -> None:
    call(
        "whatsapp_search_messages",
        query="invoice 7",
        contact="14155550123",
        since="2026-11-01T00:00:00Z",
        until="2026-11-02T00:00:00+01:00",
        direction="in",
    )
    assert inbox.asked[0] == {
        "query": "invoice 7",
        "contact": "14155550123",
        "since": SINCE,
        "until": datetime.datetime(2026, 11, 1, 23, tzinfo=datetime.UTC),
        "direction": "in",
        "limit": 20,
        "cursor": None,
    }


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", ""])
def test_a_time_must_be_one(since: str, call: Calling) -> None:
    with pytest.raises(InvalidArgument, match="'since'"):
        call("whatsapp_list_conversations", since=since)


@pytest.mark.parametrize("limit", [0, 101])
def test_a_list_has_one_to_a_hundred_entries(limit: int, call: Calling) -> None:
    with pytest.raises(InvalidArgument, match="'limit'"):
        call("whatsapp_list_conversations", limit=limit)


def test_a_failed_message_tells_why_and_what_to_do(call: Calling, inbox: FakeInbox) -> None:
    data = call("whatsapp_get_message_status", message_id="wamid.A")
    assert (data["status"], data["contact"], data["direction"]) == ("failed", "14155550123", "out")
    assert [step["status"] for step in data["timeline"]] == ["sent", "failed"]
    error = data["timeline"][1]["error"]
    assert (error["code"], error["error"]) == (131026, "recipient_unreachable")
    assert "cannot deliver" in error["advice"]


def test_an_unknown_message_is_not_found(call: Calling, inbox: FakeInbox) -> None:
    with pytest.raises(NotFound):
        call("whatsapp_get_message_status", message_id="wamid.Z")
