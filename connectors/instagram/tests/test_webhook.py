"""Instagram's webhook: one bad part never stops the others, and comments open no window."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from connectors.instagram.webhook import WEBHOOK, lane, parse
from connectors.kit.meta import sign, verify
from connectors.kit.webhook import InboundEvent, InboundMessage, OtherEvent, StatusChange

ACCOUNT, PERSON, MID = "17841405822304914", "1254459154682919", "aWdfZAG1faXRlbToxOkl"
AT = datetime(2017, 8, 16, 17, 52, 56, 377_000, tzinfo=UTC)
TEXT: dict[str, Any] = {"message": {"mid": MID, "text": "Hello"}}


def item(*, is_own: bool = False, **content: Any) -> dict[str, Any]:
    """An item of `messaging`."""
    sender, recipient = (ACCOUNT, PERSON) if is_own else (PERSON, ACCOUNT)
    return {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": 1502905976377,
        **content,
    }


def delivery(**entry: Any) -> bytes:
    """A delivery with one entry."""
    told = {"id": ACCOUNT, "time": 1569262486134, **entry}
    return json.dumps({"object": "instagram", "entry": [told]}).encode()


def one(**content: Any) -> InboundEvent:
    """The one event of an item."""
    (event,) = parse(delivery(messaging=[item(**content)]))
    return event


def message(**content: Any) -> InboundMessage:
    """The same, being a message."""
    event = one(**content)
    assert isinstance(event, InboundMessage)
    return event


def change(field: str, value: Any) -> InboundEvent:
    """The one event of a change."""
    (event,) = parse(delivery(changes=[{"field": field, "value": value}]))
    return event


def test_a_text_is_the_persons() -> None:
    assert message(**TEXT) == InboundMessage(
        route=(ACCOUNT,), upstream_id=MID, contact=PERSON, at=AT, kind="text", text="Hello"
    )


def test_an_echo_is_what_the_account_wrote() -> None:
    told = message(is_own=True, message={"mid": MID, "text": "Hi back", "is_echo": True})
    assert (told.direction, told.contact, told.upstream_id) == ("out", PERSON, MID)


def test_a_file_is_known_by_its_message_and_its_address_is_nobodys() -> None:
    payload = {"url": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=s"}
    told = message(message={"mid": MID, "attachments": [{"type": "image", "payload": payload}]})
    assert (told.kind, told.media) == ("image", {"kind": "image", "id": MID})
    assert "lookaside" not in repr(told)


def test_a_share_keeps_what_is_shared() -> None:
    payload = {"url": "https://www.instagram.com/p/x/", "title": "Cake"}
    told = message(message={"mid": MID, "attachments": [{"type": "share", "payload": payload}]})
    assert told.media is None
    assert told.extra == {"attachments": [{"kind": "share", **payload}]}


def test_answers_stories_buttons_and_edits_are_told() -> None:
    assert message(message={**TEXT["message"], "reply_to": {"mid": "aWdX"}}).reply_to == "aWdX"
    story = {"story": {"url": "https://cdn.example/1", "id": "179"}}
    assert message(message={**TEXT["message"], "reply_to": story}).extra == {"story": {"id": "179"}}
    pressed = message(message={**TEXT["message"], "quick_reply": {"payload": "YES"}})
    assert pressed.extra == {"reply": {"payload": "YES"}}
    postback = message(postback={"mid": MID, "title": "Talk to human", "payload": "HUMAN"})
    assert (postback.kind, postback.text, postback.extra) == (
        "postback",
        "Talk to human",
        {"reply": {"payload": "HUMAN"}},
    )
    edit = message(message_edit={"mid": MID, "text": "Hello!", "num_edit": 1})
    assert (edit.kind, edit.reply_to, edit.text) == ("edit", MID, "Hello!")


def test_what_is_deleted_seen_or_reacted_to_names_its_message() -> None:
    revoke = message(message={"mid": MID, "is_deleted": True})
    assert (revoke.kind, revoke.reply_to, revoke.text) == ("revoke", MID, "")
    reaction = message(reaction={"mid": MID, "action": "react", "reaction": "love", "emoji": "❤"})
    assert (reaction.kind, reaction.reply_to, reaction.text) == ("reaction", MID, "❤")
    taken_back = message(reaction={"mid": MID, "action": "unreact"})
    assert (taken_back.text, taken_back.reply_to) == ("", MID)
    long_id = "aWdf" + "Z" * 180
    assert len(message(reaction={"mid": long_id, "action": "react", "emoji": "❤"}).upstream_id) < 191
    assert one(read={"mid": MID}) == StatusChange(
        route=(ACCOUNT,), upstream_id=MID, status="read", at=AT, contact=PERSON
    )


def test_a_comment_stands_under_its_post_and_not_with_its_writer() -> None:
    value = {
        "id": "17865799348089039",
        "from": {"id": PERSON, "username": "shop.fan"},
        "text": "Nice!",
        "media": {"id": "17895695668004550", "media_product_type": "FEED"},
    }
    told = change("comments", value)
    assert told == InboundMessage(
        route=(ACCOUNT,),
        upstream_id="17865799348089039",
        contact="post:17895695668004550",
        at=datetime(2019, 9, 23, 18, 14, 46, 134_000, tzinfo=UTC),
        kind="comment",
        text="Nice!",
        extra={
            "from": {"id": PERSON, "username": "shop.fan"},
            "media_id": "17895695668004550",
            "product": "FEED",
        },
    )
    own = change("comments", {**value, "from": {"id": ACCOUNT}, "parent_id": "5"})
    assert isinstance(own, InboundMessage)
    assert (own.direction, own.reply_to) == ("out", "5")


def test_a_mention_names_what_to_look_at() -> None:
    told = change("mentions", {"media_id": "178", "comment_id": "179"})
    assert isinstance(told, InboundMessage)
    assert (told.kind, told.contact, told.upstream_id) == ("mention", "post:178", "mention:179")


def test_metas_test_button_posts_messages_as_changes() -> None:
    told = change("messages", {**item(**TEXT), "timestamp": "1527459824"})
    assert isinstance(told, InboundMessage)
    assert (told.text, told.at.year) == ("Hello", 2018)


def test_the_lane_is_the_account_wherever_its_time_stands() -> None:
    assert lane(delivery(messaging=[item(**TEXT)])) == ACCOUNT
    assert lane(b'{"object":"instagram","entry":[{"time":1,"id":"5","messaging":[]}]}') == "5"
    assert lane(b'{"object":"instagram","entry":[]}') == ""


def test_the_bytes_as_they_came_are_what_is_signed() -> None:
    """WH01."""
    body = b'{"object":"instagram","entry":[{"text":"\\u00e4\\/b"}]}'
    assert verify(["new", "old"], sign("old", body), body)
    assert not verify(["new"], sign("new", body), json.dumps(json.loads(body)).encode())
    assert WEBHOOK.secret_setting == "META_APP_SECRET"


def kept(event: InboundEvent) -> OtherEvent:
    """An event that is kept as it came."""
    assert isinstance(event, OtherEvent)
    return event


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"referral": {"ref": "x", "source": "IG_ME"}}, "referral"),
        ({"message": {"mid": 5.5, "text": "x"}}, "message"),
        ({"message": {"text": "no id"}}, "message"),
        ({"message": TEXT["message"], "timestamp": "soon"}, "message"),
        ({"message": TEXT["message"], "sender": None, "recipient": []}, "message"),
        ({"read": {"watermark": 1}}, "read"),
        ({}, "messaging"),
    ],
)
def test_what_nobody_described_is_kept(content: dict[str, Any], kind: str) -> None:
    """WH08."""
    event = kept(one(**content))
    assert (event.kind, event.route) == (kind, (ACCOUNT,))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("story_insights", {"media_id": "1", "reach": 5}),
        ("comments", None),
        ("comments", {"id": "1", "text": "of no post"}),
        ("mentions", []),
        ("tomorrow", "text"),
    ],
)
def test_changes_nobody_described_are_kept(field: str, value: Any) -> None:
    assert kept(change(field, value)).kind == field


def test_what_another_app_is_to_answer_is_no_message() -> None:
    (event,) = parse(delivery(standby=[item(**TEXT)]))
    assert kept(event).kind == "standby"


def test_entries_of_several_accounts_go_each_their_way() -> None:
    """WH06."""
    entries = [
        {"id": account, "time": 1, "messaging": [item(message={"mid": f"{account}-{n}", "text": "x"})]}
        for account in ("1", "2", "3")
        for n in range(30)
    ]
    events = parse(json.dumps({"object": "instagram", "entry": entries}).encode())
    assert [(e.route, e.upstream_id) for e in events if isinstance(e, InboundMessage)] == [
        ((account,), f"{account}-{n}") for account in ("1", "2", "3") for n in range(30)
    ]


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"object":"page","entry":[]}', b'"x"'],
)
def test_what_is_no_delivery_is_kept_as_one_event(body: bytes) -> None:
    """WH02."""
    (event,) = parse(body)
    assert kept(event).route == ()


def test_odd_characters_do_not_cost_the_delivery() -> None:
    texts = ["a\x00b", "\u202eevil", "👩‍👩‍👧", "<b>&amp;", "\ud800"]
    items = [item(message={"mid": str(n), "text": text}) for n, text in enumerate(texts)]
    told = parse(delivery(messaging=items))
    assert [event.text for event in told if isinstance(event, InboundMessage)] == texts


NAMES = (
    "id",
    "mid",
    "text",
    "sender",
    "recipient",
    "timestamp",
    "message",
    "attachments",
    "payload",
    "reaction",
    "read",
    "postback",
    "message_edit",
    "reply_to",
    "story",
    "from",
    "media",
    "type",
)


@settings(max_examples=150, deadline=None)
@given(
    strategies.recursive(
        strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=8),
        lambda inner: (
            strategies.lists(inner, max_size=3)
            | strategies.dictionaries(strategies.sampled_from(NAMES), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_no_shape_raises(value: Any) -> None:
    odd = [value, item(message=value), item(reaction=value), item(read=value), item(message_edit=value)]
    changes = [{"field": field, "value": value} for field in ("comments", "mentions", "messages", "x")]
    events = parse(delivery(messaging=[*odd, item(**TEXT)], changes=changes))
    assert any(isinstance(event, InboundMessage) and event.text == "Hello" for event in events)
