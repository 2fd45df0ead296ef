"""X's webhook: the check of its address, signatures, and events of all kinds."""

import json
from typing import Any

import pytest

from connectors.kit.webhook import InboundEvent, InboundMessage, OtherEvent
from connectors.twitter import webhook

ME, ANN, POST = "1111111111111111111", "2222222222222222222", "2080765813578191303"
# The answer to this token under this secret, computed with openssl.
SECRET, TOKEN = "consumer-secret", "challenge_string"
CHALLENGE = "sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="


def event(kind: str, payload: Any, **further: Any) -> bytes:
    envelope = {
        "event_uuid": "-8917909039855612786",
        "filter": {"user_id": ME},
        "event_type": kind,
        "tag": "t",
    }
    return json.dumps({"data": {**envelope, "payload": payload, **further}}).encode()


def mention(**further: Any) -> dict[str, Any]:
    return {
        "id": POST,
        "author_id": ANN,
        "created_at": "2026-07-24T21:23:23.000Z",
        "conversation_id": POST,
        "text": "hey @ExampleUser",
        **further,
    }


def message(**further: Any) -> dict[str, Any]:
    told = {
        "target": {"recipient_id": ME},
        "sender_id": ANN,
        "message_data": {"text": "hello!"},
        **further,
    }
    raw = {"type": "message_create", "id": "2080765901528535096", "created_timestamp": "1784928224372"}
    people = {ANN: {"data": {"id": ANN, "username": "OtherUser"}}}
    return {"direct_message_events": [{**raw, "message_create": told}], "users": people}


def only(body: bytes) -> InboundEvent:
    (found,) = webhook.parse(body)
    return found


def told(body: bytes) -> InboundMessage:
    found = only(body)
    assert isinstance(found, InboundMessage)
    return found


def test_the_check_of_the_address_is_answered_signed() -> None:
    answer = webhook.answer(SECRET, {"crc_token": TOKEN})
    assert answer is not None
    assert json.loads(answer.body) == {"response_token": CHALLENGE}
    assert answer.content_type == "application/json"


@pytest.mark.parametrize(("secret", "query"), [("", {"crc_token": "x"}), ("s", {}), ("s", {"crc_token": ""})])
def test_without_secret_or_token_there_is_no_answer(secret: str, query: dict[str, str]) -> None:
    assert webhook.answer(secret, query) is None


def test_only_what_is_signed_passes() -> None:
    """WH01, WH13: any of the secrets, exactly these bytes."""
    body = event("like.create", {})
    signed = webhook.sign("current", body)
    assert webhook.verify(["current", "previous"], signed, body)
    assert webhook.verify(["new", "current"], signed, body)
    value = signed[webhook.SIGNATURE]
    for secrets, headers, raw in (
        (["other"], signed, body),
        ([], signed, body),
        ([""], webhook.sign("", body), body),
        (["current"], signed, body + b" "),
        (["current"], signed, json.dumps(json.loads(body), indent=1).encode()),
        (["current"], {}, body),
        (["current"], {webhook.SIGNATURE: ""}, body),
        (["current"], {webhook.SIGNATURE: value.removeprefix("sha256=")}, body),
        (["current"], {webhook.SIGNATURE: value[:-2] + "A="}, body),
        (["current"], {webhook.SIGNATURE: value + "\u0100"}, body),
    ):
        assert not webhook.verify(secrets, headers, raw)


def test_a_mention_is_a_message_of_its_author_to_the_account() -> None:
    users = [{"id": ANN, "username": "OtherUser", "name": "Other"}]
    found = told(event("post.mention.create", mention(), includes={"users": users}))
    assert (found.kind, found.contact, found.contact_name) == ("mention", ANN, "@OtherUser")
    assert (found.route, found.upstream_id, found.text) == ((ME,), POST, "hey @ExampleUser")
    assert found.at.isoformat() == "2026-07-24T21:23:23+00:00"
    assert found.extra["url"] == f"https://x.com/OtherUser/status/{POST}"


@pytest.mark.parametrize("name", ["referenced_tweets", "referenced_posts"])
def test_replies_and_quotes_name_what_they_are_about(name: str) -> None:
    reply = told(event("post.reply.create", mention(**{name: [{"type": "replied_to", "id": "5"}]})))
    quote = told(event("post.quote.create", mention(**{name: [{"type": "quoted", "id": "5"}]})))
    assert (reply.kind, reply.reply_to) == ("mention", "5")
    assert (quote.kind, quote.extra["quotes"]) == ("quote", "5")


def test_messages_go_both_ways() -> None:
    came = told(event("dm.received", message()))
    assert (came.contact, came.contact_name, came.direction, came.text) == (ANN, "@OtherUser", "in", "hello!")
    went = told(event("dm.sent", message(target={"recipient_id": ANN}, sender_id=ME)))
    assert (went.contact, went.direction) == (ANN, "out")


@pytest.mark.parametrize(
    "kind",
    [
        "post.create",
        "post.delete",
        "post.repost.create",
        "like.create",
        "follow.follow",
        "chat.received",
        "new.kind",
    ],
)
def test_other_events_are_kept_with_their_account(kind: str) -> None:
    found = only(event(kind, {"id": "7"}, includes={"users": [{}]}))
    assert isinstance(found, OtherEvent)
    assert (found.kind, tuple(found.route)) == (kind, (ME,))
    assert "includes" not in found.data


def test_an_event_told_twice_is_one() -> None:
    one, two = only(event("like.create", {})), only(event("like.create", {"more": 1}))
    other = only(event("follow.follow", {}))
    assert isinstance(one, OtherEvent)
    assert isinstance(two, OtherEvent)
    assert isinstance(other, OtherEvent)
    assert one.dedupe == two.dedupe != other.dedupe


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"data": []}',
        b'{"data": {"event_type": 7, "filter": [], "payload": null}}',
        event("post.mention.create", {}),
        event("post.mention.create", mention(created_at="x")),
        event("post.mention.create", mention(author_id=5)),
        event("dm.received", {"direct_message_events": [{"id": "7"}, 5]}),
        event("dm.received", message(sender_id=None, target=[])),
        event("dm.received", {"direct_message_events": []}),
        event("post.mention.create", mention()).replace(ME.encode(), b"me"),
    ],
)
def test_what_is_not_as_described_is_kept_as_it_came(body: bytes) -> None:
    """WH08."""
    assert all(isinstance(found, OtherEvent) for found in webhook.parse(body))
    assert webhook.parse(body)


def test_the_lane_is_the_account_of_the_subscription() -> None:
    assert webhook.lane(event("like.create", {})) == ME
    assert webhook.lane(b'{"data":{"payload":{"user_id":"5"}}}') == ""
    assert webhook.lane(b"x" * 100_000) == ""
