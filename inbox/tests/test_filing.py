"""What is sent is filed by the transaction that closes its call."""

import dataclasses
from typing import Any

from django.db import connection, transaction

from inbox.filing import SentRow, file_sent
from inbox.models import Message, Thread
from inbox.tests.conftest import SENT_AT, Line, MakeLine, sent


def _file(*rows: SentRow) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        file_sent(cursor, rows)


def test_a_message_to_someone_new_starts_a_thread(line: Line) -> None:
    _file(sent(line, "wamid.S", media={"id": "77"}, reply_to="wamid.A"))
    stored, thread = line.stored("wamid.S"), line.thread()
    assert stored.thread == thread
    assert (stored.direction, stored.status, stored.text) == ("out", "accepted", "text of wamid.S")
    assert (stored.media, stored.reply_to, stored.call_id) == ({"id": "77"}, "wamid.A", "call_01")
    assert (thread.last_at, thread.last_in_at, thread.unread) == (SENT_AT, None, 0)


def test_a_message_filed_twice_is_there_once_as_it_was(line: Line) -> None:
    row = sent(line, "wamid.S")
    _file(row, row)
    _file(dataclasses.replace(row, text="another text", call_id="call_02"))
    stored = line.stored("wamid.S")
    assert (stored.text, stored.call_id) == ("text of wamid.S", "call_01")
    assert Thread.objects.of(line.connection.customer_id).filter(connection=line.connection).count() == 1


def test_a_batch_serves_many_customers_and_threads(acme: Any, globex: Any, make_line: MakeLine) -> None:
    lines = [make_line(acme.customer), make_line(globex.customer)]
    rows = [sent(line, f"wamid.{n}", contact=f"1650555{n % 40:04}") for n in range(128) for line in lines]
    _file(*rows)
    for line in lines:
        of_line = {"connection": line.connection}
        assert Message.objects.of(line.connection.customer_id).filter(**of_line).count() == 128
        assert Thread.objects.of(line.connection.customer_id).filter(**of_line).count() == 40


def test_a_status_that_came_first_stays_when_the_text_comes(line: Line) -> None:
    line.receive(line.status("wamid.S", "delivered", 1), line.status("wamid.S", "sent", 0))
    _file(sent(line, "wamid.S"))
    stored = line.stored("wamid.S")
    assert (stored.status, stored.text, stored.at) == ("delivered", "text of wamid.S", SENT_AT)
    assert stored.thread == line.thread()
    assert [s["status"] for s in stored.statuses] == ["sent", "delivered"]


def test_a_message_revoked_before_it_is_filed_keeps_no_text(line: Line) -> None:
    echo: dict[str, Any] = {
        "from": "15550783881",
        "to": "16505551234",
        "id": "wamid.X",
        "timestamp": "1795341640",
    }
    echo |= {"type": "revoke", "revoke": {"original_message_id": "wamid.S"}}
    line.receive(line.delivery(message_echoes=[echo]))
    _file(sent(line, "wamid.S"))
    assert line.stored("wamid.S").text == ""


def test_a_message_to_a_number_goes_to_the_thread_of_its_person(line: Line) -> None:
    line.receive(line.message("wamid.A", user_id="US.1"))
    _file(sent(line, "wamid.S"))
    assert line.stored("wamid.S").thread == line.thread("US.1")
    assert line.thread("US.1").last_at == SENT_AT


def test_an_older_message_does_not_move_the_thread_back(line: Line) -> None:
    line.receive(line.message("wamid.A", 60))
    _file(sent(line, "wamid.S"))
    assert line.thread().last_at > SENT_AT


def test_texts_that_no_database_takes_do_not_stop_the_batch(line: Line) -> None:
    _file(sent(line, "wamid.S", text="\ud83d 100 %s {new}", contact_name="%(x)s"), sent(line, "wamid.T"))
    assert line.stored("wamid.S").text == "? 100 %s {new}"
    assert line.thread().contact_name == "%(x)s"
