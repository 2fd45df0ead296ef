"""Messages as Telegram receives them, and what comes back."""

from typing import Any

import pytest

from connectors.kit.testing import NOW
from connectors.telegram.tests.conftest import CHAT, GROUP, Calling, Telegram
from hermes.core.errors import InvalidArgument, TooLarge


def test_a_text_goes_out_and_its_id_comes_back(call: Calling, telegram: Telegram) -> None:
    data = call("telegram_send_message", chat_id=CHAT, text="Hello <Ada> 👋")
    assert telegram.sent() == [{"chat_id": int(CHAT), "text": "Hello <Ada> 👋"}]
    assert data == {"chat_id": CHAT, "message_id": f"{CHAT}:2", "kind": "text", "complete": True}


def test_what_was_sent_is_handed_over_for_the_inbox(call: Calling) -> None:
    result = call.result("telegram_send_message", chat_id=CHAT, text="Hi", reply_to=f"{CHAT}:1")
    (filed,) = result.sent
    assert (filed.contact, filed.contact_name, filed.kind, filed.text) == (
        CHAT,
        f"Person {CHAT}",
        "text",
        "Hi",
    )
    assert (filed.upstream_id, filed.reply_to, filed.at) == (f"{CHAT}:2", f"{CHAT}:1", NOW)
    assert result.upstream_id == filed.upstream_id


def test_a_channel_named_by_its_name_is_filed_under_its_id(call: Calling, telegram: Telegram) -> None:
    data = call("telegram_send_message", chat_id="@hermes_sandbox_channel", text="News")
    assert telegram.sent()[0]["chat_id"] == "@hermes_sandbox_channel"
    assert data["chat_id"] == "-1001000000002"


def test_formatting_is_read_here_and_sent_as_entities(call: Calling, telegram: Telegram) -> None:
    call("telegram_send_message", chat_id=CHAT, text="👋 <b>Hi</b> &amp; bye", format="html")
    call("telegram_send_message", chat_id=CHAT, text="👋 *Hi* & bye", format="markdown_v2")
    for body in telegram.sent():
        assert body["text"] == "👋 Hi & bye"
        assert body["entities"] == [{"type": "bold", "offset": 3, "length": 2}]


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("<b>x", "html"),
        ("<blink>x</blink>", "html"),
        ("*x", "markdown_v2"),
        (" \n", "plain"),
        ("<b></b>", "html"),
    ],
)
def test_text_that_cannot_be_read_or_is_blank_is_refused_before_anything_is_asked(
    call: Calling, telegram: Telegram, text: str, format_: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        call("telegram_send_message", chat_id=CHAT, text=text, format=format_)
    assert refused.value.details["argument"] == "text"
    assert telegram.seen == []


def test_a_long_text_becomes_several_messages(call: Calling, telegram: Telegram) -> None:
    text = "\n\n".join(f"Paragraph {n}: " + "word " * 150 for n in range(12))
    row = [[{"text": "Yes", "data": "y"}]]
    result = call.result("telegram_send_message", chat_id=CHAT, text=text, reply_to="1", buttons=row)
    bodies = telegram.sent()
    assert len(bodies) == 3
    assert "".join(body["text"] for body in bodies) == text
    assert all(len(body["text"]) <= 4096 for body in bodies)
    assert ["reply_parameters" in body for body in bodies] == [True, False, False]
    assert ["reply_markup" in body for body in bodies] == [False, False, True]
    assert [filed.upstream_id for filed in result.sent] == [f"{CHAT}:{n}" for n in (2, 3, 4)]


def test_a_part_that_fails_tells_what_was_sent(call: Calling, telegram: Telegram) -> None:
    text = "\n".join("x" * 99 for _ in range(100))
    limited: Any = (429, {}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 17}})
    telegram.script.extend([None, limited])
    data = call("telegram_send_message", chat_id=CHAT, text=text)
    assert (data["complete"], data["parts"], data["message_id"]) == (False, [f"{CHAT}:2"], f"{CHAT}:2")
    problem = data["problem"]
    assert (problem["code"], problem["part"], problem["retry_after_s"]) == ("rate_limited", 2, 17)
    assert text[: problem["unsent_from"]] == telegram.sent()[0]["text"]
    assert len(telegram.sent()) == 2


def test_a_part_whose_answer_is_lost_is_not_sent_again(call: Calling, telegram: Telegram) -> None:
    telegram.script.extend([None, "cut"])
    data = call("telegram_send_message", chat_id=CHAT, text="y" * 9000)
    assert (data["complete"], data["problem"]["code"]) == (False, "outcome_unknown")
    assert len(telegram.sent()) == 2


def test_buttons_open_addresses_or_report_back(call: Calling, telegram: Telegram) -> None:
    rows = [[{"text": "Site", "url": "https://acme.example"}], [{"text": "Yes", "data": "y"}]]
    call("telegram_send_message", chat_id=CHAT, text="Well?", buttons=rows)
    assert telegram.sent()[0]["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Site", "url": "https://acme.example"}],
            [{"text": "Yes", "callback_data": "y"}],
        ]
    }


@pytest.mark.parametrize(
    "button",
    [
        {"text": "a"},
        {"text": "a", "url": "https://x.example", "data": "b"},
        {"text": "a", "url": "javascript:alert(1)"},
        {"text": "a", "data": "é" * 40},
        {"text": "a", "data": "x", "pay": True},
    ],
)
def test_a_button_that_is_none_is_refused(call: Calling, telegram: Telegram, button: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match="buttons"):
        call("telegram_send_message", chat_id=CHAT, text="x", buttons=[[button]])
    assert telegram.seen == []


@pytest.mark.parametrize("chat_id", ["", "abc", "@a", "1.5", "-", "1" * 17, "@name;drop", "12\n"])
def test_what_is_no_chat_is_refused_before_anything_is_asked(
    call: Calling, telegram: Telegram, chat_id: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        call("telegram_send_message", chat_id=chat_id, text="x")
    assert refused.value.details["argument"] == "chat_id"
    assert telegram.seen == []


def test_a_message_of_another_chat_is_not_quoted(call: Calling, telegram: Telegram) -> None:
    with pytest.raises(InvalidArgument) as refused:
        call("telegram_send_message", chat_id=CHAT, text="x", reply_to=f"{GROUP}:1")
    assert refused.value.details["argument"] == "reply_to"
    assert telegram.seen == []


def test_a_file_named_by_its_id_is_named_in_the_request(call: Calling, telegram: Telegram) -> None:
    result = call.result(
        "telegram_send_media",
        chat_id=CHAT,
        kind="photo",
        file="AgACAgIAAxkBAAMCZ0EXAMPLE",
        caption="*Shop*",
        format="markdown_v2",
    )
    assert telegram.sent("sendPhoto") == [
        {
            "chat_id": int(CHAT),
            "photo": "AgACAgIAAxkBAAMCZ0EXAMPLE",
            "caption": "Shop",
            "caption_entities": [{"type": "bold", "offset": 0, "length": 4}],
        }
    ]
    assert (result.sent[0].kind, result.sent[0].text) == ("image", "Shop")
    assert result.sent[0].media is not None


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("photo", "png"),
        ("video", "mp4"),
        ("animation", "mp4"),
        ("audio", "mp3"),
        ("voice", "ogg"),
        ("document", "pdf"),
        ("sticker", "webp"),
    ],
)
def test_a_file_given_by_address_is_uploaded(
    call: Calling, telegram: Telegram, kind: str, ending: str
) -> None:
    where: dict[str, Any] = {"chat_id": GROUP, "reply_to": "1", "silent": True, "thread_id": 7}
    call("telegram_send_message", chat_id=GROUP, text="first")
    data = call("telegram_send_media", kind=kind, file=f"https://files.example/a.{ending}", **where)
    (body,) = telegram.sent(f"send{kind.capitalize()}")
    assert isinstance(body[kind], bytes)
    assert (body["chat_id"], body["message_thread_id"]) == (GROUP, "7")
    assert (body["reply_parameters"], body["disable_notification"]) == ('{"message_id":1}', "true")
    assert data["message_id"].startswith(f"{GROUP}:")


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"kind": "photo", "file": "https://files.example/a.pdf"}, "file"),
        ({"kind": "sticker", "file": "https://files.example/a.webp", "caption": "x"}, "caption"),
        ({"kind": "photo", "file": "https://files.example/missing.png"}, "file"),
        ({"kind": "photo", "file": "https://files.example/a.png", "caption": "x" * 1025}, "caption"),
        ({"kind": "photo", "file": "ftp://files.example/a.png"}, "file"),
        ({"kind": "document", "file": "https://files.example/a.pdf", "filename": "../a.pdf"}, "filename"),
    ],
)
def test_a_file_telegram_does_not_take_is_refused_here(
    call: Calling, telegram: Telegram, arguments: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        call("telegram_send_media", chat_id=CHAT, **arguments)
    assert refused.value.details["argument"] == argument
    assert telegram.seen == []


def test_what_is_too_large_for_its_kind_is_refused_and_what_is_too_large_to_hold_goes_as_address(
    call: Calling, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.telegram.files.HELD_BYTES", 5)
    call("telegram_send_media", chat_id=CHAT, kind="document", file="https://files.example/a.pdf")
    assert telegram.sent("sendDocument")[0]["document"] == "https://files.example/a.pdf"
    monkeypatch.setattr("connectors.telegram.files.HELD_BYTES", 10**9)
    rule = type("Rule", (), {"limit_bytes": 5, "types": frozenset(), "takes_caption": False})
    monkeypatch.setattr("connectors.telegram.files.MEDIA", {"sticker": rule})
    with pytest.raises(TooLarge):
        call("telegram_send_media", chat_id=CHAT, kind="sticker", file="https://files.example/a.webp")


def test_a_poll_and_places(call: Calling, telegram: Telegram) -> None:
    call("telegram_send_poll", chat_id=GROUP, question="Lunch?", options=["Pizza", "Soup"], multiple=True)
    call("telegram_send_location", chat_id=CHAT, latitude=1.5, longitude=-2)
    call("telegram_send_location", chat_id=CHAT, latitude=1.5, longitude=-2, title="Shop", address="1 Way")
    poll, point, venue = telegram.sent()
    assert poll["options"] == [{"text": "Pizza"}, {"text": "Soup"}]
    assert (poll["allows_multiple_answers"], poll["is_anonymous"]) == (True, True)
    assert point == {"chat_id": int(CHAT), "latitude": 1.5, "longitude": -2}
    assert (venue["title"], venue["address"]) == ("Shop", "1 Way")


@pytest.mark.parametrize(
    ("name", "arguments", "argument"),
    [
        ("telegram_send_poll", {"question": "Q", "options": ["a"]}, "options"),
        ("telegram_send_poll", {"question": "Q", "options": ["a"] * 2}, "options"),
        ("telegram_send_poll", {"question": "Q", "options": [f"{n}" for n in range(13)]}, "options"),
        ("telegram_send_poll", {"question": "x" * 301, "options": ["a", "b"]}, "question"),
        ("telegram_send_location", {"latitude": 91, "longitude": 0}, "latitude"),
        ("telegram_send_location", {"latitude": 1, "longitude": 0, "title": "Shop"}, "address"),
    ],
)
def test_platform_limits_are_checked_before_the_call(
    call: Calling, telegram: Telegram, name: str, arguments: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        call(name, chat_id=CHAT, **arguments)
    assert str(refused.value.details["argument"]).startswith(argument)
    assert telegram.seen == []
