"""Messages are found by their words, in any case and script, page by page over all accounts."""

from typing import Any

import pytest
from django.db import connection as database
from hypothesis import given, strategies as st

from inbox import search
from inbox.filing import file_sent
from inbox.listing import View
from inbox.models import GRAMS, Message
from inbox.signature import EVERYTHING, signature
from inbox.tests.conftest import Line, sent

TEXTS = {
    "wamid.1": "Please send the INVOICE for order 4711",
    "wamid.2": "Où est ma commande? Élodie",
    "wamid.3": "発送はいつですか",
    "wamid.4": "When does the order ship? 100% sure",
    "wamid.5": "Заказ 4711 ещё не пришёл",
}


def _find(
    query: str, *lines: Line, limit: int = 20, cursor: str | None = None
) -> tuple[list[str], str | None]:
    view = View(
        customer_id=lines[0].connection.customer_id, connection_ids=[line.connection.pk for line in lines]
    )
    found, after = search.search(view, query, limit=limit, cursor=cursor)
    return [message.upstream_id for message in found], after


def _all(query: str, *lines: Line, limit: int) -> list[str]:
    found, after = _find(query, *lines, limit=limit)
    while after:
        more, after = _find(query, *lines, limit=limit, cursor=after)
        found += more
    return found


@pytest.fixture
def told(line: Line) -> Line:
    """A number that has heard all the texts, one a minute."""
    for minute, (message_id, text) in enumerate(TEXTS.items()):
        line.receive(line.message(message_id, 60 * minute, content={"body": text}))
    return line


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("invoice", ["wamid.1"]),
        ("ORDER", ["wamid.4", "wamid.1"]),
        ("order 4711", ["wamid.1"]),
        ("4711", ["wamid.5", "wamid.1"]),
        ("mmand", ["wamid.2"]),
        ("発送", ["wamid.3"]),
        ("いつ", ["wamid.3"]),
        ("Заказ", ["wamid.5"]),
        ("100%", ["wamid.4"]),
        ("or", ["wamid.4", "wamid.1"]),
        ("order invoice missing", []),
        ("in%ice", []),
    ],
)
def test_every_word_must_be_in_the_text(told: Line, query: str, expected: list[str]) -> None:
    assert _find(query, told)[0] == expected


@given(words=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=1)))
def test_a_text_has_the_bits_of_each_part_of_its_words(words: list[str]) -> None:
    whole = signature(" ".join(words))
    for word in words:
        for part in (word, word[1:], word[:-1], word.upper() if word.isascii() else word):
            assert all(have & asked == asked for have, asked in zip(whole, signature(part), strict=True))


def test_message_of_before_there_were_more_numbers_is_found(told: Line) -> None:
    """What an older version has stored has the database's defaults in the newer ones."""
    rows = Message.objects.of(told.connection.customer_id)
    rows.update(**dict.fromkeys(GRAMS[4:], EVERYTHING))
    assert _find("invoice", told)[0] == ["wamid.1"]
    assert getattr(Message._meta.get_field(GRAMS[-1]), "db_default", None) == EVERYTHING


def test_what_was_sent_edited_or_revoked_is_found_by_the_words_it_has_now(line: Line) -> None:
    with database.cursor() as cursor:
        file_sent(cursor, [sent(line, "wamid.sent", text="a parcel for you")])
    line.receive(line.message("wamid.1", 1, content={"body": "the first words"}))
    line.receive(line.message("wamid.2", 2, content={"body": "hidden words"}))
    assert _find("parcel", line)[0] == ["wamid.sent"]
    edited = {
        "original_message_id": "wamid.1",
        "message": {"type": "text", "text": {"body": "the last words"}},
    }
    line.receive(line.message("wamid.edit", 3, kind="edit", content=edited))
    line.receive(line.message("wamid.gone", 4, kind="revoke", content={"original_message_id": "wamid.2"}))
    assert _find("first", line)[0] == []
    assert _find("last words", line)[0] == ["wamid.1"]
    assert _find("hidden", line)[0] == []


def test_pages_go_over_all_accounts_in_one_order_and_miss_nothing(
    acme: Any, make_line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [make_line(acme.customer) for _ in range(3)]
    for number in range(24):
        line = lines[number % 3]
        line.receive(line.message(f"wamid.{number}", number // 2, content={"body": f"order {number}"}))
        line.receive(line.message(f"wamid.other{number}", number // 2, content={"body": "bread"}))
    everything = _all("order", *lines, limit=100)
    assert sorted(everything) == sorted(f"wamid.{number}" for number in range(24))
    times = [int(message_id.removeprefix("wamid.")) // 2 for message_id in everything]
    assert times == sorted(times, reverse=True)
    for limit in (1, 5, 24):
        assert _all("order", *lines, limit=limit) == everything
    monkeypatch.setattr(search, "LIMIT_READ", 9)
    monkeypatch.setattr(search, "_FIRST_READ", 2)
    assert _all("order", *lines, limit=5) == everything
    assert _all("or", *lines, limit=5) == everything


def test_a_strangers_messages_are_not_among_them(told: Line, other_line: Line) -> None:
    other_line.receive(other_line.message("wamid.theirs", 1, content={"body": "an order of globex"}))
    assert _find("globex", told)[0] == []
    foreign = View(
        customer_id=told.connection.customer_id,
        connection_ids=[told.connection.pk, other_line.connection.pk],
    )
    assert search.search(foreign, "globex", limit=20, cursor=None)[0] == []
