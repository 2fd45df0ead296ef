"""Places, people, threads and searches, seen through the tools themselves."""

import contextlib
from typing import Any

import pytest

from connectors.discord.tests.conftest import Bot
from hermes.core.errors import (
    Conflict,
    InvalidArgument,
    NotFound,
)


def test_servers_come_page_by_page(bot: Bot) -> None:
    first = bot.call("list_servers", limit=1)
    second = bot.call("list_servers", limit=1, cursor=first["next_cursor"])
    assert [s["name"] for s in first["servers"] + second["servers"]] == ["Sandbox", "Second server"]
    assert first["servers"][0]["members"] == 4


def test_channels_have_type_and_category_and_come_page_by_page(bot: Bot) -> None:
    server = bot.there("server")
    every = bot.call("list_channels", server_id=server)["channels"]
    assert {"name": "general", "type": "text", "category": "Text channels"}.items() <= every[1].items()
    (forum,) = bot.call("list_channels", server_id=server, type="forum")["channels"]
    assert forum["channel_id"] == bot.there("ideas")
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = bot.call("list_channels", server_id=server, limit=4, **cursor)
        names += [c["name"] for c in page["channels"]]
        if "next_cursor" not in page:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert names == [c["name"] for c in every]


def test_a_person_is_found_and_written_to(bot: Bot) -> None:
    (ana,) = bot.call("get_member", server_id=bot.there("server"), query="ana")["members"]
    result = bot.result("send_dm", user_id=ana["user_id"], content="hi")
    (filed,) = result.sent
    assert filed.contact_name == "Ana Sand"
    (newest,) = bot.call("list_messages", channel_id=filed.contact)["messages"]
    assert newest["content"] == "hi"
    again = bot.result("send_dm", token="b" * 32, user_id=ana["user_id"], content="still there?")
    assert again.sent[0].contact == filed.contact


def test_members_and_roles_are_told(bot: Bot) -> None:
    server = bot.there("server")
    (ana,) = bot.call("get_member", server_id=server, user_id=bot.there("ana"))["members"]
    roles = bot.call("list_roles", server_id=server)["roles"]
    assert [r["name"] for r in roles] == ["Moderators", "sandbot", "@everyone"]
    assert ana["role_ids"] == [roles[0]["role_id"]]
    assert roles[0]["is_admin"] is True
    with pytest.raises(NotFound, match="no member"):
        bot.call("get_member", server_id=server, user_id="100000000000000001")
    for wrong in ({}, {"user_id": ana["user_id"], "query": "ana"}):
        with pytest.raises(InvalidArgument):
            bot.call("get_member", server_id=server, **wrong)


def test_threads_begin_on_messages_in_channels_and_in_forums(bot: Bot) -> None:
    general, server = bot.there("general"), bot.there("server")
    message = bot.call("send_message", channel_id=general, content="topic")["message_id"]
    on = bot.call("create_thread", channel_id=general, message_id=message, name="On it", content="first")
    plain = bot.call("create_thread", token="b" * 32, channel_id=general, name="Here", auto_archive=60)
    post = bot.call("create_thread", channel_id=bot.there("ideas"), name="Idea", content="What if?")
    assert on["thread_id"] == message
    assert "message_id" not in plain
    for thread, text in ((on, "first"), (post, "What if?")):
        (said,) = bot.call("list_messages", channel_id=thread["thread_id"])["messages"]
        assert (said["content"], said["message_id"]) == (text, thread["message_id"])
    listed = bot.call("list_threads", server_id=server, limit=2)
    rest = bot.call("list_threads", server_id=server, limit=3, cursor=listed["next_cursor"])
    names = [t["name"] for t in listed["threads"] + rest["threads"]]
    assert sorted(names) == ["Here", "Idea", "On it", "Plans", "Summer party"]
    of_general = {t["name"] for t in bot.call("list_threads", channel_id=general)["threads"]}
    assert of_general == {"Here", "On it", "Plans", "Summer party"}
    with pytest.raises(Conflict):
        bot.call("create_thread", channel_id=general, message_id=message, name="Twice")
    with pytest.raises(InvalidArgument, match="content"):
        bot.call("create_thread", channel_id=bot.there("ideas"), name="Empty")


def test_archived_threads_are_listed_by_channel(bot: Bot) -> None:
    (old,) = bot.call("list_threads", channel_id=bot.there("general"), archived=True, limit=1)["threads"]
    assert (old["name"], old["archived"]) == ("Old plans", True)
    with pytest.raises(InvalidArgument):
        bot.call("list_threads", server_id=bot.there("server"), archived=True)


def test_a_server_is_searched_by_words_and_author(bot: Bot) -> None:
    server, general = bot.there("server"), bot.there("general")
    found = bot.call("search_messages", server_id=server, query="SHOP sunday")
    assert (found["total"], found["complete"]) == (1, True)
    by = bot.call("search_messages", channel_id=general, author_id=bot.there("ben"))
    assert [m["author"]["name"] for m in by["messages"]] == ["Ben Box"]
    for n in range(3):
        bot.call("send_message", token=str(n) * 32, channel_id=general, content=f"needle {n}")
    first = bot.call("search_messages", server_id=server, query="needle", limit=2)
    second = bot.call(
        "search_messages", server_id=server, query="needle", limit=2, cursor=first["next_cursor"]
    )
    assert [m["content"] for m in first["messages"] + second["messages"]] == [
        "needle 2",
        "needle 1",
        "needle 0",
    ]
    assert "next_cursor" not in second


def test_a_direct_channel_is_looked_through(bot: Bot) -> None:
    ana = bot.there("ana")
    channel = bot.call("send_dm", user_id=ana, content="needle one")["channel_id"]
    bot.call("send_message", token="b" * 32, channel_id=channel, content="hay")
    bot.call("send_message", token="c" * 32, channel_id=channel, content="needle two")
    first = bot.call("search_messages", channel_id=channel, query="needle", limit=1)
    assert [m["content"] for m in first["messages"]] == ["needle two"]
    assert first["complete"] is False
    rest = bot.call("search_messages", channel_id=channel, query="needle", cursor=first["next_cursor"])
    assert ([m["content"] for m in rest["messages"]], rest["complete"]) == (["needle one"], True)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"query": "x"}, {"server_id": "100000000000000001"}],
)
def test_a_search_says_where_and_what(bot: Bot, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        bot.call("search_messages", **wrong)


@pytest.mark.parametrize(
    "tool", ["list_servers", "list_channels", "list_messages", "list_threads", "list_roles"]
)
@pytest.mark.parametrize("cursor", ["nonsense!", "e30", "WzFd", "LTU"])
def test_a_cursor_of_somewhere_else_is_refused_or_begins_anew(bot: Bot, tool: str, cursor: str) -> None:
    place = {
        "list_servers": {},
        "list_messages": {"channel_id": bot.there("general")},
    }.get(tool, {"server_id": bot.there("server")})
    with contextlib.suppress(InvalidArgument):
        assert bot.call(tool, cursor=cursor, **place)
