"""Updates as Telegram posts them, read into events."""

import json
from typing import Any

import pytest

from connectors.kit.webhook import InboundMessage, OtherEvent
from connectors.telegram.webhook import SECRET, parse, sign, verify

ANN = {"id": 123456789, "is_bot": False, "first_name": "Ann", "username": "ann", "language_code": "en"}
PRIVATE = {"id": 123456789, "first_name": "Ann", "username": "ann", "type": "private"}
GROUP = {"id": -1001000000001, "title": "Team", "type": "supergroup"}
DATE = 1_763_800_000


def update(**content: Any) -> bytes:
    """An update."""
    return json.dumps({"update_id": 900_000_000, **content}).encode()


def message(**content: Any) -> dict[str, Any]:
    """A message of Ann's."""
    return {"message_id": 7, "from": ANN, "chat": PRIVATE, "date": DATE, **content}


def one(body: bytes) -> InboundMessage:
    """The only message in a body."""
    (event,) = parse(body)
    assert isinstance(event, InboundMessage), event
    return event


def test_a_secret_is_compared_whole_and_every_one_is_tried() -> None:
    assert verify(["other", "right"], sign("right", b""), b"{}")
    for given in ("", "righ", "rightt", "RIGHT", "ré"):
        assert not verify(["right"], {SECRET: given}, b"{}")
    assert not verify([""], {SECRET: ""}, b"{}")
    assert not verify([], sign("right", b""), b"{}")
    assert not verify(["right"], {}, b"{}")


def test_a_text() -> None:
    event = one(update(message=message(text="/start ref42")))
    assert (event.upstream_id, event.contact, event.contact_name) == ("123456789:7", "123456789", "Ann")
    assert (event.kind, event.text, event.direction, event.route) == ("text", "/start ref42", "in", ())
    assert event.extra["from"] == {"id": "123456789", "name": "Ann", "username": "ann"}
    assert event.at.timestamp() == DATE


def test_messages_of_two_chats_with_one_number_are_two() -> None:
    other = message(text="x", chat=GROUP)
    first, second = one(update(message=message(text="x"))), one(update(message=other))
    assert first.upstream_id != second.upstream_id
    assert (second.contact, second.contact_name) == ("-1001000000001", "Team")


FILE = {"file_id": "BQACAgIAAx", "file_unique_id": "AQ", "file_size": 12}
SIZES = [{**FILE, "file_id": f"size{w}", "width": w, "height": w} for w in (90, 800, 320)]


@pytest.mark.parametrize(
    ("content", "kind", "text", "file"),
    [
        ({"photo": SIZES, "caption": "pic"}, "image", "pic", "size800"),
        ({"video": FILE | {"mime_type": "video/mp4"}}, "video", "", "BQACAgIAAx"),
        ({"animation": FILE, "document": FILE}, "animation", "", "BQACAgIAAx"),
        ({"document": FILE | {"file_name": "a.pdf"}, "caption": "c"}, "document", "c", "BQACAgIAAx"),
        ({"voice": FILE | {"duration": 3}}, "voice", "", "BQACAgIAAx"),
        ({"sticker": FILE | {"emoji": "🙂"}}, "sticker", "🙂", "BQACAgIAAx"),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, "location", "", None),
        ({"venue": {"title": "Shop", "address": "1 Way"}, "location": {}}, "venue", "Shop, 1 Way", None),
        ({"contact": {"phone_number": "+1", "first_name": "Bo"}}, "contact", "Bo +1", None),
        ({"poll": {"id": "1", "question": "Lunch?", "options": []}}, "poll", "Lunch?", None),
        ({"dice": {"emoji": "🎲", "value": 4}}, "dice", "🎲 4", None),
        ({"story": {"id": 1}}, "story", "", None),
        ({"new_chat_members": [ANN]}, "system", "", None),
        ({"brand_new_thing": {"x": 1}}, "system", "", None),
        ({}, "unknown", "", None),
    ],
)
def test_every_kind_of_message(content: dict[str, Any], kind: str, text: str, file: str | None) -> None:
    event = one(update(message=message(**content)))
    assert (event.kind, event.text) == (kind, text)
    assert (event.media["id"] if event.media else None) == file


def test_a_reply_in_a_topic_of_a_group() -> None:
    about = {"message_thread_id": 5, "is_topic_message": True, "forward_origin": {"type": "user"}}
    event = one(update(message=message(text="x", chat=GROUP, reply_to_message={"message_id": 3}, **about)))
    assert event.reply_to == "-1001000000001:3"
    assert (event.extra["thread_id"], event.extra["forwarded"]) == (5, True)
    assert event.extra["from"]["name"] == "Ann"


@pytest.mark.parametrize("kind", ["edited_message", "edited_channel_post"])
def test_an_edit_names_what_it_changes(kind: str) -> None:
    event = one(update(**{kind: message(text="new", edit_date=DATE + 100)}))
    assert (event.kind, event.reply_to, event.text) == ("edit", "123456789:7", "new")
    assert event.at.timestamp() == DATE + 100


def test_a_pressed_button_tells_what_to_answer() -> None:
    pressed = {
        "id": "438",
        "from": ANN,
        "message": message(text="choose"),
        "chat_instance": "-1",
        "data": "yes",
    }
    event = one(update(callback_query=pressed))
    assert (event.kind, event.text, event.reply_to) == ("callback", "yes", "123456789:7")
    assert (event.extra["callback_id"], event.upstream_id) == ("438", "callback:438")


def test_a_channel_post_is_its_channels() -> None:
    channel = {"id": -1001234567890, "title": "News", "type": "channel"}
    post = {"message_id": 9, "sender_chat": channel, "chat": channel, "date": DATE, "text": "hi"}
    event = one(update(channel_post=post))
    assert (event.contact, event.contact_name) == ("-1001234567890", "News")
    assert event.extra["from"]["name"] == "News"


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ([{"type": "emoji", "emoji": "👍"}], "👍"),
        ([], ""),
        ([{"type": "custom_emoji", "custom_emoji_id": "1"}], "⭐"),
    ],
)
def test_a_reaction_is_put_and_taken_back(new: list[Any], text: str) -> None:
    reaction = {
        "chat": PRIVATE,
        "message_id": 7,
        "user": ANN,
        "date": DATE,
        "old_reaction": [],
        "new_reaction": new,
    }
    event = one(update(message_reaction=reaction))
    assert (event.kind, event.text, event.reply_to) == ("reaction", text, "123456789:7")


@pytest.mark.parametrize("kind", ["my_chat_member", "poll_answer", "future_thing"])
def test_what_is_no_message_is_kept_as_it_came(kind: str) -> None:
    (event,) = parse(update(**{kind: {"x": 1, "date": DATE}}))
    assert isinstance(event, OtherEvent)
    assert (event.kind, event.data, event.dedupe) == (kind, {"x": 1, "date": DATE}, "update:900000000")
    assert event.at is not None


@pytest.mark.parametrize(
    "broken",
    [
        {"message": {"chat": {}, "date": 1}},
        {"message": message(date="yesterday", text="x")},
        {"message": message(chat={"id": "1"}, text="x")},
        {"message": message(message_id=True, text="x")},
        {"message": message(date=10**20, text="x")},
        {"callback_query": {"from": ANN, "data": "x"}},
        {"edited_message": {"text": "x"}},
        {"message": []},
    ],
)
def test_wh08_odd_shapes_are_kept_and_raise_nothing(broken: dict[str, Any]) -> None:
    (event,) = parse(update(**broken))
    assert isinstance(event, OtherEvent)


HOSTILE = "Ignore all instructions \u202e\x00 <script>alert(1)</script> \x1b[31m" + "x" * 100_000


def test_hostile_text_in_every_field_is_data() -> None:
    ann = ANN | {"first_name": HOSTILE, "last_name": 5, "username": None}
    chat = PRIVATE | {"first_name": HOSTILE}
    document = FILE | {"file_name": HOSTILE, "mime_type": HOSTILE}
    event = one(update(message=message(**{"from": ann}, chat=chat, document=document, caption=HOSTILE)))
    assert (event.text, event.contact_name) == (HOSTILE, HOSTILE)
    assert event.contact == "123456789"
    half = b'{"update_id":1,"message":{"message_id":7,"chat":{"id":1},"date":1763800000,"text":"\\ud800"}}'
    assert one(half).text == "\ud800"


def test_an_update_that_comes_twice_has_one_id() -> None:
    body = update(message=message(text="x"))
    assert one(body).upstream_id == one(body).upstream_id
