"""What the tools do in a server, seen through the tools themselves."""

from typing import Any

import pytest

from connectors.discord.tests.conftest import Bot
from hermes.core.errors import (
    HermesError,
    InvalidArgument,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    RateLimited,
    RecipientUnreachable,
    TooLarge,
)
from hermes.core.http_types import NotReached


def test_what_is_sent_is_read_again(bot: Bot) -> None:
    general = bot.there("general")
    sent = bot.call("send_message", channel_id=general, content="The build is green.")
    (newest,) = bot.call("list_messages", channel_id=general, limit=1)["messages"]
    assert newest["message_id"] == sent["message_id"]
    assert newest["content"] == "The build is green."
    assert newest["author"] == {"user_id": bot.id, "name": "sandbot", "is_bot": True}


def test_a_send_is_filed_under_its_channel(bot: Bot) -> None:
    result = bot.result("send_message", channel_id=bot.there("general"), content="hello")
    (filed,) = result.sent
    assert (filed.contact, filed.text, filed.kind) == (bot.there("general"), "hello", "text")
    assert filed.upstream_id == result.upstream_id


def test_the_same_call_again_sends_no_second_message(bot: Bot) -> None:
    general = bot.there("general")
    sent = [bot.call("send_message", token="a" * 32, channel_id=general, content="once") for _ in range(2)]
    other = bot.call("send_message", token="b" * 32, channel_id=general, content="once")
    assert sent[0] == sent[1]
    assert other["message_id"] != sent[0]["message_id"]


def test_messages_are_read_forwards_and_backwards(bot: Bot) -> None:
    lobby = bot.there("lobby")
    ids = [
        bot.call("send_message", token=str(n) * 32, channel_id=lobby, content=str(n))["message_id"]
        for n in range(5)
    ]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = bot.call("list_messages", channel_id=lobby, limit=2, **cursor)
        seen += [m["content"] for m in page["messages"]]
        if "next_cursor" not in page:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ["4", "3", "2", "1", "0"]
    forward = bot.call("list_messages", channel_id=lobby, after=ids[0], limit=2)
    assert [m["content"] for m in forward["messages"]] == ["2", "1"]
    further = bot.call("list_messages", channel_id=lobby, cursor=forward["next_cursor"], limit=2)
    assert [m["content"] for m in further["messages"]] == ["4", "3"]
    around = bot.call("list_messages", channel_id=lobby, around=ids[2], limit=3)
    assert [m["content"] for m in around["messages"]] == ["3", "2", "1"]


def test_a_message_is_edited_reacted_to_pinned_and_deleted(bot: Bot) -> None:
    place = {"channel_id": bot.there("general")}
    place["message_id"] = bot.call("send_message", content="draft", **place)["message_id"]
    for tool, more in (
        ("edit_message", {"content": "final"}),
        ("react", {"emoji": "👍"}),
        ("pin_message", {}),
    ):
        assert bot.call(tool, **place, **more)["done"] is True
    message = bot.call("get_message", **place)["message"]
    assert (message["content"], message["pinned"]) == ("final", True)
    assert message["reactions"] == [{"emoji": "👍", "count": 1, "by_bot": True}]
    bot.call("react", **place, emoji="👍", remove=True)
    bot.call("pin_message", **place, unpin=True)
    message = bot.call("get_message", **place)["message"]
    assert not {"reactions", "pinned"} & set(message)
    bot.call("delete_message", **place)
    with pytest.raises(NotFound, match="deleted"):
        bot.call("get_message", **place)


def test_only_its_own_messages_are_edited(bot: Bot) -> None:
    general = bot.there("general")
    (newest,) = bot.call("list_messages", channel_id=general, limit=1)["messages"]
    with pytest.raises(NotAllowedByPlatform, match="itself sent"):
        bot.call("edit_message", channel_id=general, message_id=newest["message_id"], content="mine now")


def test_a_reply_names_what_it_answers(bot: Bot) -> None:
    general = bot.there("general")
    (newest,) = bot.call("list_messages", channel_id=general, limit=1)["messages"]
    sent = bot.call("send_message", channel_id=general, content="yes", reply_to=newest["message_id"])
    message = bot.call("get_message", channel_id=general, message_id=sent["message_id"])["message"]
    assert (message["kind"], message["reply_to"]) == ("reply", newest["message_id"])
    with pytest.raises(NotFound):
        bot.call("send_message", channel_id=general, content="yes", reply_to="100000000000000001")


def test_files_and_embeds_go_with_a_message(bot: Bot) -> None:
    general = bot.there("general")
    result = bot.result(
        "send_message",
        channel_id=general,
        files=["https://files.example/a.png", "https://files.example/b.pdf"],
        embeds=[{"title": "T", "description": "D", "fields": [{"name": "n", "value": "v"}]}],
    )
    assert result.sent[0].kind == "document"
    message = bot.call("get_message", channel_id=general, message_id=result.upstream_id)["message"]
    assert [a["filename"] for a in message["attachments"]] == ["a.png", "b.pdf"]
    assert message["embeds"] == [{"title": "T", "text": "D", "fields": [{"name": "n", "value": "v"}]}]
    with pytest.raises(InvalidArgument, match=r"files\[0\]"):
        bot.call("send_message", channel_id=general, files=["https://files.example/missing.png"])


def test_a_message_nobody_takes_says_that_only_the_channel_was_opened(bot: Bot) -> None:
    for user in ("200000000000050007", "200000000000050278"):
        with pytest.raises(RecipientUnreachable, match="no message was sent") as refused:
            bot.call("send_dm", user_id=user, content="hi")
        assert refused.value.details["channel_id"].isdecimal()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"content": "x" * 2001},
        {"content": "x", "allow_mentions": ["here"]},
        {"embeds": [{"color": 1}]},
        {"embeds": [{"title": "x"}] * 11},
        {"files": ["https://files.example/a.png"] * 11},
        {"files": ["ftp://files.example/a.png"]},
        {"content": "x", "reply_to": "last"},
    ],
)
def test_a_message_discord_would_not_take_is_not_sent(bot: Bot, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        bot.call("send_message", channel_id=bot.there("general"), **wrong)


def test_embeds_have_a_limit_in_all(bot: Bot) -> None:
    with pytest.raises(TooLarge, match="6,000"):
        bot.call("send_message", channel_id=bot.there("general"), embeds=[{"description": "x" * 3001}] * 2)


def test_two_borders_are_one_too_many(bot: Bot) -> None:
    with pytest.raises(InvalidArgument):
        bot.call("list_messages", channel_id=bot.there("general"), before="1" * 18, after="1" * 18)


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("100000000000050001", NotAllowedByPlatform),
        ("100000000000050013", NotAllowedByPlatform),
        ("100000000000020016", RateLimited),
        ("100000000000000429", RateLimited),
        ("100000000000000500", PlatformUnavailable),
        ("100000000000000503", PlatformUnavailable),
        ("100000000000000502", OutcomeUnknown),
        ("100000000000000105", OutcomeUnknown),
        ("100000000000000106", NotReached),
        ("100000000000200000", NotAllowedByPlatform),
        ("100000000000160005", NotAllowedByPlatform),
        ("100000000000010003", NotFound),
    ],
)
def test_every_trouble_of_a_channel_has_its_code(bot: Bot, channel: str, error: type[HermesError]) -> None:
    with pytest.raises(error) as refused:
        bot.call("send_message", channel_id=channel, content="x")
    assert refused.value.retry_after_s == {"100000000000000429": 30.0, "100000000000020016": 10.0}.get(
        channel
    )


def test_categories_take_no_messages(bot: Bot) -> None:
    with pytest.raises(PlatformRejected, match="type"):
        bot.call("send_message", channel_id=bot.there("category"), content="x")
