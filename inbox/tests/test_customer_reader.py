"""The whole inbox of a caller: all its channels in one list, and nobody else's."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from hermes.core.errors import InvalidArgument, NotFound
from inbox.customer_reader import CustomerReader, reader_of
from inbox.filing import file_sent
from inbox.tests.conftest import Line, sent
from tenants.principals import view_of


def _run(question: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    return asyncio.run(question)


def _reader(*lines: Line) -> CustomerReader:
    views = [view_of(line.connection) for line in lines]
    return reader_of(SimpleNamespace(customer_id=lines[0].connection.customer_id, connections=views))  # type: ignore[arg-type]


def _contacts(page: dict[str, Any]) -> list[str]:
    return [thread["contact"] for thread in page["threads"]]


@pytest.fixture
def answered(line: Line) -> Line:
    """Ada asked and was answered; Bob asked, was answered and thanked; Carl asked, and put a heart on it."""
    from django.db import connection as database

    line.receive(line.message("wamid.a", 1, sender="16505550001", name="Ada Lovelace"))
    line.receive(line.message("wamid.b", 2, sender="16505550002", name="Bob Invoice"))
    with database.cursor() as cursor:
        file_sent(cursor, [sent(line, "wamid.to-a", contact="16505550001")])
        file_sent(cursor, [sent(line, "wamid.to-b", contact="16505550002")])
    line.receive(line.message("wamid.b2", 60, sender="16505550002", content={"body": "thank you"}))
    line.receive(line.message("wamid.c", 70, sender="16505550003", name="Carl"))
    heart = {"message_id": "wamid.to-a", "emoji": "❤"}
    line.receive(
        line.message("wamid.heart", 80, sender="16505550001", name="", kind="reaction", content=heart)
    )
    return line


def test_only_an_unanswered_message_of_the_contact_needs_a_reply(answered: Line) -> None:
    reader = _reader(answered)
    assert _contacts(_run(reader.threads(needs_reply=True))) == ["16505550003", "16505550002"]
    assert _contacts(_run(reader.threads(needs_reply=False))) == ["16505550001"]


def test_a_question_finds_the_words_of_messages_and_the_names_and_numbers_of_contacts(answered: Line) -> None:
    reader = _reader(answered)
    assert _contacts(_run(reader.threads(q="thank"))) == ["16505550002"]
    assert _contacts(_run(reader.threads(q="lovelace ada"))) == ["16505550001"]
    assert _contacts(_run(reader.threads(q="+1 650 555-0003"))) == ["16505550003"]
    assert _contacts(_run(reader.people("ada"))) == ["16505550001"]
    assert _contacts(_run(reader.people("thank"))) == []


def test_people_are_found_page_by_page_and_without_their_messages(answered: Line) -> None:
    reader = _reader(answered)
    first = _run(reader.people("1650555", limit=2))
    rest = _run(reader.people("1650555", limit=2, cursor=first["next_cursor"]))
    assert sorted(_contacts(first) + _contacts(rest)) == ["16505550001", "16505550002", "16505550003"]
    assert not any("last_message" in thread for thread in first["threads"])


def test_channels_narrow_the_list_to_a_platform_or_an_account(acme: Any, make_line: Any) -> None:
    lines = [make_line(acme.customer) for _ in range(2)]
    for line in lines:
        line.receive(line.message("wamid.1", 1))
    reader = _reader(*lines)
    for channel in (lines[0].connection.account, lines[0].connection.public_id):
        assert [t["account"] for t in _run(reader.threads(channels=[channel]))["threads"]] == [
            lines[0].connection.account
        ]
    assert len(_run(reader.threads(channels=["whatsapp"]))["threads"]) == 2
    with pytest.raises(NotFound):
        _run(reader.threads(channels=["telegram"]))


def test_a_strangers_channel_thread_and_cursor_are_unknown(answered: Line, other_line: Line) -> None:
    other_line.receive(
        other_line.message("wamid.1", 1), other_line.message("wamid.2", 2, sender="16505550009")
    )
    theirs, reader = _reader(other_line), _reader(answered)
    page = _run(theirs.threads(limit=1))
    with pytest.raises(NotFound):
        _run(reader.threads(channels=[other_line.connection.public_id]))
    with pytest.raises(NotFound):
        _run(reader.thread(page["threads"][0]["id"]))
    with pytest.raises(InvalidArgument):
        _run(reader.threads(cursor=page["next_cursor"]))
