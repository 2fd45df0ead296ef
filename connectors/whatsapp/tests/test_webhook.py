"""Meta's webhook: signature and envelope; one bad part never stops the others."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from connectors.kit.meta import verify
from connectors.kit.webhook import InboundEvent, InboundMessage, OtherEvent, StatusChange
from connectors.whatsapp.tests.deliveries import ACCOUNT, AT, NUMBER, WHO, change, delivery
from connectors.whatsapp.webhook import parse


def sign(body: bytes, secret: str) -> dict[str, str]:
    """The header Meta sends."""
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def test_the_current_and_the_previous_secret_verify() -> None:
    body = b'{"a":"\\u00e4\\/b"}'
    assert verify(["new", "old"], sign(body, "new"), body)
    assert verify(["new", "old"], sign(body, "old"), body)


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha256=00", "sha1=00", "é", "sha256=" + "0" * 64],
)
def test_any_other_signature_is_refused(header: str) -> None:
    assert not verify(["new", "old"], {"x-hub-signature-256": header}, b"{}")


def test_other_bytes_of_the_same_json_are_refused() -> None:
    headers = sign(b'{"a": 1}', "new")
    assert not verify(["new"], headers, b'{"a":1}')
    assert not verify(["other"], headers, b'{"a": 1}')
    assert not verify([], headers, b'{"a": 1}')
    assert not verify([""], sign(b"{}", ""), b"{}")


def test_a_status_carries_its_error_and_the_token_of_its_call() -> None:
    status = {
        "id": "wamid.A",
        "status": "failed",
        "timestamp": "1749416383",
        "recipient_id": "14155550123",
        "biz_opaque_callback_data": "tok",
        "errors": [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours"}}],
    }
    assert parse(delivery(change(statuses=[status]))) == [
        StatusChange(
            route=(NUMBER, ACCOUNT),
            upstream_id="wamid.A",
            status="failed",
            at=AT,
            contact="US.1349",
            error={"code": 131047, "title": "Re-engagement message", "details": "24 hours"},
            call_token="tok",
        )
    ]


def test_a_call_is_no_message_and_is_kept() -> None:
    """It stands in `statuses`, but `wacid.…` names a call: as a status it would begin a message nobody sent,
    and a call's `ACCEPTED` would be read as that message's.
    """
    (event,) = parse(
        delivery(change("calls", statuses=[{"id": "wacid.1", "status": "RINGING", "timestamp": "1"}]))
    )
    assert isinstance(event, OtherEvent)
    assert event.kind == "call_status"


def test_account_news_are_routed_by_the_account() -> None:
    event = kept(
        parse(delivery(change("account_update", number=None, event="DISABLED_UPDATE"), time=1739212624))
    )
    assert (event.kind, event.route, event.data) == (
        "account_update",
        (ACCOUNT,),
        {"event": "DISABLED_UPDATE"},
    )
    assert event.at == datetime(2025, 2, 10, 18, 37, 4, tzinfo=UTC)


def test_the_same_news_again_have_the_same_key_and_others_another() -> None:
    def key(event: str, time: int, account: str = ACCOUNT) -> str:
        body = delivery(change("account_update", number=None, event=event), account=account, time=time)
        return kept(parse(body)).dedupe

    assert key("A", 1) == key("A", 1)
    assert len({key("A", 1), key("B", 1), key("A", 2), key("A", 1, "999")}) == 4


def kept(events: list[InboundEvent]) -> OtherEvent:
    """The one event kept as it came."""
    (event,) = events
    assert isinstance(event, OtherEvent)
    return event


def test_all_entries_changes_messages_and_statuses_are_read() -> None:
    def text(upstream_id: str) -> dict[str, Any]:
        return {**WHO, "id": upstream_id, "type": "text", "text": {"body": upstream_id}}

    status = {"id": "wamid.S", "status": "read", "timestamp": "1", "recipient_id": "1"}
    first = change(messages=[text("a"), text("b")], statuses=[status, status])
    second = change(number="1122334455667", messages=[text("c")])
    entries = [{"id": "1", "changes": [first, second]}, {"id": "2", "changes": [first]}]
    events = parse(json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode())
    ids = [e.upstream_id for e in events if isinstance(e, InboundMessage)]
    assert ids == ["a", "b", "c", "a", "b"]
    assert len(events) == 9
    assert {e.route for e in events} == {(NUMBER, "1"), ("1122334455667", "1"), (NUMBER, "2")}


BAD: tuple[Any, ...] = (
    {"field": "messages"},
    {"field": "messages", "value": None},
    {"field": "messages", "value": "text"},
    {"field": 5, "value": {"messages": {"a": 1}}},
    {"value": {"messages": [None, 5, {"id": 7}, {**WHO, "timestamp": "soon", "type": "text"}]}},
    {"field": "messages", "value": {"metadata": [], "contacts": {}, "statuses": [{"status": "read"}]}},
    {"field": "messages", "value": {"messages": [{**WHO, "type": ["x"], "text": 7, "context": []}]}},
    {"field": "history", "value": {"history": [{"threads": [{"id": "1", "messages": [{"id": "1"}]}]}]}},
    {"field": "messages", "value": {"messages": [{**WHO, "timestamp": "9" * 40, "type": "text"}]}},
)


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_change_never_stops_its_neighbours(bad: Any) -> None:
    good = change(messages=[{**WHO, "type": "text", "text": {"body": "Hi"}}])
    events = parse(delivery(bad, good, bad))
    texts = [e.text for e in events if isinstance(e, InboundMessage) and e.route == (NUMBER, ACCOUNT)]
    assert "Hi" in texts
    assert len(events) > 1


def test_odd_characters_do_not_cost_the_delivery() -> None:
    texts = ["a\x00b", "\u202eevil", "👩‍👩‍👧", "<b>&amp;", "\ud800"]
    raw = [{**WHO, "id": str(i), "type": "text", "text": {"body": t}} for i, t in enumerate(texts)]
    events = parse(delivery(change(messages=raw)))
    assert [e.text for e in events if isinstance(e, InboundMessage)] == texts


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"object":"page","entry":[]}', b'"x"'],
)
def test_what_is_no_delivery_is_kept_as_one_event(body: bytes) -> None:
    """BD01, BD02."""
    assert kept(parse(body)).route == ()


def test_an_empty_delivery_tells_nothing() -> None:
    assert parse(b'{"object":"whatsapp_business_account","entry":[]}') == []
    assert parse(delivery()) == []


@settings(max_examples=150, deadline=None)
@given(
    strategies.recursive(
        strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=8),
        lambda inner: (
            strategies.lists(inner, max_size=3)
            | strategies.dictionaries(
                strategies.sampled_from(
                    [
                        "messages",
                        "statuses",
                        "history",
                        "threads",
                        "id",
                        "type",
                        "text",
                        "from",
                        "timestamp",
                        "edit",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_no_shape_raises(value: Any) -> None:
    good = change(messages=[{**WHO, "type": "text", "text": {"body": "Hi"}}])
    events = parse(delivery({"field": "messages", "value": value}, good))
    assert isinstance(events[-1], InboundMessage)
    assert events[-1].text == "Hi"
