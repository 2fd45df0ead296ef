"""Watched channels: what people write is found once, and a look is cheap and harmless."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors.discord import watching
from connectors.discord.connector import CONNECTOR
from connectors.discord.tests.conftest import Bot, credentials_with
from connectors.kit.context import HttpResponse
from connectors.kit.testing import FakeHttp, FakeInbox, Request, answer, context
from connectors.kit.watch import Sight
from connectors.kit.webhook import InboundMessage
from connectors.sandbox import Inbound
from hermes.core.errors import HermesError, NeedsReauth

ONE, TWO = "1096172334001844291", "1096172334001844292"


class Talks(FakeInbox):
    """An inbox with conversations in these channels."""

    def __init__(self, *channels: str) -> None:
        super().__init__()
        self.channels = channels

    async def conversations(self, **_: Any) -> dict[str, Any]:
        return {"conversations": [{"contact": channel} for channel in self.channels]}


def look(bot: Bot, cursor: str = "") -> Sight:
    return asyncio.run(watching.look(bot.context(), cursor))


def heard(sight: Sight) -> list[InboundMessage]:
    return [event for event in sight.events if isinstance(event, InboundMessage)]


def write(bot: Bot, **event: Any) -> None:
    assert asyncio.run(bot.standin.inbound(Inbound(**{"sender": "ana", **event}))) is None


def looks(
    respond: Callable[[Request], HttpResponse], *, inbox: FakeInbox | None = None, channels: str = ""
) -> tuple[FakeHttp, Callable[[str], Sight]]:
    """A Discord that answers by `respond`, and a way to look at it."""
    http = FakeHttp(respond)
    credentials = credentials_with(**({"channels": channels} if channels else {}))
    ctx = context(CONNECTOR, credentials, http, inbox=inbox)
    return http, lambda cursor: asyncio.run(watching.look(ctx, cursor))


def test_the_first_look_leaves_yesterday_alone(bot: Bot) -> None:
    assert heard(look(bot)) == []


def test_what_is_written_is_found_once_with_its_author_and_channel(bot: Bot) -> None:
    first = look(bot)
    write(bot, text="Is anybody there?")
    second = look(bot, first.cursor)
    (message,) = heard(second)
    assert (message.text, message.contact, message.contact_name) == (
        "Is anybody there?",
        bot.there("general"),
        "#general",
    )
    assert message.extra["author"]["name"] == "Ana Sand"
    assert message.direction == "in"
    assert heard(look(bot, second.cursor)) == []


def test_what_the_bot_wrote_itself_comes_as_sent_by_it(bot: Bot) -> None:
    first = look(bot)
    sent = bot.call("send_message", channel_id=bot.there("general"), content="hello")
    (message,) = heard(look(bot, first.cursor))
    assert (message.direction, message.upstream_id) == ("out", sent["message_id"])


def test_whoever_the_bot_wrote_to_can_answer(bot: Bot) -> None:
    channel = bot.call("send_dm", user_id=bot.there("ana"), content="hi")["channel_id"]
    write(bot, kind="dm", text="hi yourself")
    assert heard(look(bot)) == []
    bot.inbox = Talks(channel)
    messages = {m.direction: m for m in heard(look(bot)) if m.contact == channel}
    assert (messages["in"].text, messages["in"].contact_name) == ("hi yourself", "Ana Sand")
    assert messages["out"].text == "hi"


def test_replies_and_files_are_told(bot: Bot) -> None:
    first = look(bot)
    sent = bot.call("send_message", channel_id=bot.there("general"), content="which?")["message_id"]
    write(bot, kind="image", text="this", reply_to=sent)
    message = next(m for m in heard(look(bot, first.cursor)) if m.direction == "in")
    assert (message.kind, message.reply_to) == ("image", sent)
    assert message.media is not None
    assert message.media["filename"] == "sandbox.png"


def test_channels_nobody_watches_are_not_asked() -> None:
    http, look_at = looks(lambda _: answer(200, {"id": "1096172334001844001"}))
    assert look_at("").events == []
    assert [r.url.rpartition("/v10/")[2] for r in http.requests] == ["users/@me"]


def test_a_channel_that_cannot_be_read_rests_and_the_others_are_read() -> None:
    """Refusals count towards the ban of the address."""

    def respond(request: Request) -> HttpResponse:
        if ONE in request.url:
            return answer(403, {"code": 50001})
        if request.url.endswith("/messages"):
            return answer(
                200, [{"id": "1574121842658196999", "content": "hi", "type": 0, "author": {"id": "5"}}]
            )
        return answer(200, {"id": TWO, "name": "two"})

    http, look_at = looks(respond, channels=f"{ONE}, {TWO}")
    sight = look_at("")
    assert [m.contact for m in heard(sight)] == [TWO]
    again = look_at(sight.cursor)
    assert sum(ONE in r.url for r in http.requests) == 1
    assert '"rests_until":0' in again.cursor


def test_a_limit_in_the_middle_keeps_what_was_found() -> None:
    def respond(request: Request) -> HttpResponse:
        if TWO in request.url:
            return answer(429, {"retry_after": 30.0})
        if request.url.endswith("/messages"):
            return answer(
                200, [{"id": "1574121842658196999", "content": "hi", "type": 0, "author": {"id": "5"}}]
            )
        return answer(200, {"id": ONE, "name": "one"})

    _, look_at = looks(respond, channels=f"{ONE}, {TWO}")
    sight = look_at("")
    assert [m.contact for m in heard(sight)] == [ONE]
    with_one_only = msgspec.json.decode(sight.cursor)["places"]
    assert with_one_only[ONE]["after"] == "1574121842658196999"


@pytest.mark.parametrize(("status", "error"), [(401, NeedsReauth), (429, HermesError), (500, HermesError)])
def test_trouble_of_the_whole_account_ends_the_look(status: int, error: type[HermesError]) -> None:
    _, look_at = looks(lambda _: answer(status, {"retry_after": 30.0}), channels=ONE)
    with pytest.raises(error):
        look_at("")


@pytest.mark.parametrize("cursor", ["", "null", "{}", "nonsense", '{"bot":5}'])
def test_a_cursor_that_cannot_be_read_begins_anew(bot: Bot, cursor: str) -> None:
    assert heard(look(bot, cursor)) == []


@pytest.mark.parametrize(
    "body",
    [None, [], {}, [None, 5, {}], [{"id": 7}], [{"id": "7"}], [{"id": "7", "author": 3, "attachments": 5}]],
)
def test_odd_answers_are_no_fault_of_ours(body: Any) -> None:
    _, look_at = looks(lambda _: answer(200, body), channels=ONE)
    try:
        sight = look_at("")
    except HermesError:
        return
    assert all(isinstance(event.upstream_id, str) for event in heard(sight))
