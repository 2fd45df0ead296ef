"""Telegram's stand-in: stateful, and failing in the ways docs/sandbox.md lists."""

import asyncio
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.kit.context import HttpResponse
from connectors.sandbox import Inbound, MemoryStore, credentials
from connectors.sandbox.telegram import Standin, magic
from connectors.sandbox.telegram.inbound import KINDS
from connectors.sandbox.telegram.people import CHANNEL, GROUP
from connectors.telegram.webhook import parse
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import CutOff, NotReached

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sandbox.md").read_text()
PAGE = PAGE.partition("\n## Telegram")[2].partition("\n## ")[0]
ANN = 123456789


class Bot:
    """Whoever holds the token of a new bot."""

    def __init__(self) -> None:
        self.standin = Standin(MemoryStore())
        self.token = credentials("telegram")["bot_token"]

    def ask(self, method: str, **body: Any) -> HttpResponse:
        """One request."""
        url = f"https://api.telegram.org/bot{self.token}/{method}"
        return asyncio.run(self.standin.request("POST", url, json=body, deadline_s=0.05))

    def result(self, method: str, **body: Any) -> Any:
        """The result of a method that goes well."""
        answer = self.ask(method, **body).json()
        assert answer["ok"], answer
        return answer["result"]

    def hear(self, **event: Any) -> Any:
        """The update of a simulated event."""
        return asyncio.run(self.standin.inbound(Inbound(**{"sender": str(ANN)} | event)))


@pytest.fixture
def bot() -> Bot:
    return Bot()


def test_a_bot_is_known_by_its_token(bot: Bot) -> None:
    me = bot.result("getMe")
    assert str(me["id"]) == bot.token.partition(":")[0]
    assert me["username"] == f"sandbox_{me['id']}_bot"


def test_messages_are_numbered_by_chat_and_remembered(bot: Bot) -> None:
    first = bot.result("sendMessage", chat_id=ANN, text="one")
    second = bot.result("sendMessage", chat_id=ANN, text="two", reply_parameters={"message_id": 2})
    assert (first["message_id"], second["message_id"]) == (2, 3)
    assert second["reply_to_message"]["text"] == "one"
    assert bot.result("sendMessage", chat_id=GROUP, text="x")["message_id"] == 1
    edited = bot.result("editMessageText", chat_id=ANN, message_id=2, text="uno")
    assert (edited["text"], "edit_date" in edited) == ("uno", True)
    assert bot.ask("editMessageText", chat_id=ANN, message_id=2, text="uno").status == 400
    assert bot.result("deleteMessage", chat_id=ANN, message_id=2) is True
    assert bot.ask("deleteMessage", chat_id=ANN, message_id=2).status == 400


def test_bots_share_nothing(bot: Bot) -> None:
    bot.result("sendMessage", chat_id=ANN, text="one")
    assert Bot().result("sendMessage", chat_id=ANN, text="other")["message_id"] == 2


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("sendMessage", {"text": "x" * 4097}),
        ("sendMessage", {"text": "👋" * 2049}),
        ("sendMessage", {"text": "  "}),
        ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}),
        ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 99}}),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 40}]]}},
        ),
        ("sendPhoto", {"photo": "AgACAgIAAxkBAAMCZ0UNKNOWN"}),
        ("sendPhoto", {"photo": "AgACAgIAAxkBAAMCZ0EXAMPLE", "caption": "x" * 1025}),
        ("sendPoll", {"question": "Q", "options": [{"text": "x" * 101}]}),
        ("sendVenue", {"latitude": 1, "longitude": 1, "title": ""}),
        ("answerCallbackQuery", {"callback_query_id": "1"}),
        ("editMessageText", {"message_id": 1, "text": "forged"}),
        ("setMessageReaction", {"message_id": 99, "reaction": []}),
    ],
)
def test_what_telegram_refuses_is_refused(bot: Bot, method: str, body: dict[str, Any]) -> None:
    answer = bot.ask(method, chat_id=ANN, **body)
    assert (answer.status, answer.json()["ok"]) == (400, False)


@pytest.mark.parametrize("chat", magic.REFUSALS)
def test_chats_that_refuse_do_so_before_anything_is_taken(bot: Bot, chat: str) -> None:
    answer = bot.ask("sendMessage", chat_id=int(chat), text="x")
    assert answer.status == int(chat[:3])
    assert answer.json()["error_code"] == answer.status


def test_chats_whose_answer_is_lost_have_the_message(bot: Bot) -> None:
    assert bot.ask("sendMessage", chat_id=int(magic.BAD_GATEWAY), text="x").status == 502
    for chat in (magic.CUT, magic.NEVER_ANSWERED):
        with pytest.raises(CutOff):
            bot.ask("sendMessage", chat_id=int(chat), text="x")
    with pytest.raises(NotReached):
        bot.ask("sendMessage", chat_id=int(magic.NOT_REACHED), text="x")
    for chat in (magic.CUT, magic.NEVER_ANSWERED, magic.BAD_GATEWAY):
        kept = asyncio.run(bot.standin._state.chat({"id": int(chat), "type": "private"}))
        assert kept["messages"]["2"]["text"] == "x"


def test_tokens_that_are_none_or_revoked_are_refused(bot: Bot) -> None:
    bot.token = "123456789:AA_SANDBOX_REVOKED_0000000000000000"
    assert bot.ask("getMe").status == 401
    bot.token = "123456789:short"
    assert bot.ask("getMe").status == 404


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_simulated_and_is_read_by_the_connector(bot: Bot, kind: str) -> None:
    update = bot.hear(
        kind=kind, text="👍", reply_to=f"{ANN}:1" if kind in ("edit", "callback", "reaction") else ""
    )
    (event,) = parse(msgspec.json.encode(update))
    assert type(event).__name__ == ("OtherEvent" if kind == "block" else "InboundMessage")


def test_people_write_in_groups_and_channels(bot: Bot) -> None:
    group = bot.hear(sender=str(GROUP), name="Ann Lee", text="hi")["message"]
    assert (group["chat"]["title"], group["from"]["first_name"]) == ("Sandbox group", "Ann")
    assert bot.hear(sender=str(CHANNEL), text="news")["channel_post"]["sender_chat"]["id"] == CHANNEL


def test_updates_are_numbered(bot: Bot) -> None:
    first, second = bot.hear(text="a"), bot.hear(text="b")
    assert second["update_id"] == first["update_id"] + 1
    assert second["message"]["message_id"] == first["message"]["message_id"] + 1


def test_who_blocks_the_bot_gets_nothing_until_they_write_again(bot: Bot) -> None:
    bot.hear(kind="block")
    assert bot.ask("sendMessage", chat_id=ANN, text="x").status == 403
    bot.hear(text="sorry")
    assert bot.ask("sendMessage", chat_id=ANN, text="x").status == 200


def test_a_press_is_answered_once(bot: Bot) -> None:
    pressed = bot.hear(kind="callback", text="y", reply_to=f"{ANN}:1")["callback_query"]["id"]
    assert bot.result("answerCallbackQuery", callback_query_id=pressed)
    assert bot.ask("answerCallbackQuery", callback_query_id=pressed).status == 400


@pytest.mark.parametrize(
    "event",
    [{"kind": "telepathy"}, {"sender": "nobody"}, {"sender": "-5"}, {"kind": "edit"}, {"reply_to": "99"}],
)
def test_what_cannot_be_simulated_is_refused(bot: Bot, event: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        bot.hear(**event)


def test_every_magic_chat_is_on_the_page() -> None:
    told = set(re.findall(r"^\| `(\d+)` \|", PAGE, re.MULTILINE))
    lost = {magic.BAD_GATEWAY, magic.NEVER_ANSWERED, magic.CUT, magic.NOT_REACHED, magic.SLOW}
    assert told == {*magic.REFUSALS, *lost}
    assert f"`{magic.REVOKED}`" in PAGE
