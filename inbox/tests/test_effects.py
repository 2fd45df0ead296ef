"""What arrives takes effect once, whatever its order."""

import asyncio
import dataclasses
import random
from typing import Any

import pytest
from django.db import connection, transaction

from connectors.kit.webhook import InboundMessage
from hermes.core import bus, threads
from hermes.core.errors import NotFound
from inbox import effects, news, threads as conversations
from inbox.filing import file_sent
from inbox.models import Event, Message, Thread
from inbox.tests.conftest import Line, MakeLine, sent

BSUID = "US.13491208655302741918"


def _everything(line: Line) -> list[dict[str, Any]]:
    target = "wamid.SENT"
    echo: dict[str, Any] = {
        "from": "15550783881",
        "to": "16505551234",
        "to_user_id": BSUID,
        "id": "wamid.ECHO",
    }
    echo |= {"timestamp": "1795341630", "type": "text", "text": {"body": "from the phone"}}
    image = {"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "x", "caption": "Taj Mahal"}
    edited = {"type": "text", "text": {"body": "edited"}}
    edited_twice = {"type": "text", "text": {"body": "edited twice"}}
    return [
        line.message("wamid.A", 1),
        line.message("wamid.B", 2, user_id=BSUID, name="Sheena N."),
        line.message("wamid.C", 3, sender="", user_id=BSUID, name="Sheena"),
        line.message("wamid.IMAGE", 4, user_id=BSUID, kind="image", content=image),
        line.message("wamid.R1", 5, kind="reaction", content={"message_id": "wamid.B", "emoji": "👍"}),
        line.message("wamid.R2", 6, kind="reaction", content={"message_id": "wamid.B", "emoji": "🎉"}),
        line.message("wamid.R3", 7, kind="reaction", content={"message_id": "wamid.A", "emoji": "👍"}),
        line.message("wamid.R4", 8, kind="reaction", content={"message_id": "wamid.A"}),
        line.message(
            "wamid.E1", 9, kind="edit", content={"original_message_id": "wamid.A", "message": edited}
        ),
        line.message(
            "wamid.E2", 10, kind="edit", content={"original_message_id": "wamid.A", "message": edited_twice}
        ),
        line.message("wamid.X", 11, kind="revoke", content={"original_message_id": "wamid.C"}),
        line.message("wamid.OTHER", 12, sender="972987654321", name="Test Name"),
        line.delivery(message_echoes=[echo], contacts=[]),
        line.status(target, "read", 23),
        line.status(target, "delivered", 22),
        line.status(target, "sent", 21),
        line.status("wamid.LOST", "sent", 21),
        line.status("wamid.LOST", "failed", 22, errors=[{"code": 131026, "title": "Message undeliverable"}]),
    ]


def _state(line: Line) -> tuple[list[Any], list[Any]]:
    threads = Thread.objects.of(line.connection.customer_id).filter(connection=line.connection)
    messages = Message.objects.of(line.connection.customer_id).filter(connection=line.connection)
    kept = ("upstream_id", "direction", "kind", "text", "reply_to", "media", "status", "statuses", "at")
    return (
        list(
            threads.order_by("contact").values_list(
                "contact", "contact_name", "contact_phone", "unread", "last_at", "last_in_at"
            )
        ),
        list(
            messages.order_by("upstream_id").values_list(
                *kept, "thread__contact", "edited_at", "edit_id", "revoked_at"
            )
        ),
    )


def test_ten_shuffled_deliveries_lead_to_one_state(acme: Any, make_line: MakeLine) -> None:
    """WH04, WH05, WH11: repetition and order change nothing, not even over one person's two ids."""
    states = []
    for seed in range(4):
        line = make_line(acme.customer)
        bodies = _everything(line) * 10
        random.Random(seed).shuffle(bodies)  # noqa: S311  (an order, no secret)
        for start in range(0, len(bodies), 7):
            line.receive(*bodies[start : start + 7])
        states.append(_state(line))
    assert states[0] == states[1] == states[2] == states[3]
    threads, messages = states[0]
    assert [(t[0], t[1], t[2], t[3]) for t in threads] == [
        ("972987654321", "Test Name", "972987654321", 1),
        (BSUID, "Sheena Nelson", "16505551234", 4),
    ]
    assert {m[0]: m[3] for m in messages if m[0] in ("wamid.A", "wamid.C", "wamid.IMAGE")} == {
        "wamid.A": "edited twice",
        "wamid.C": "",
        "wamid.IMAGE": "Taj Mahal",
    }


def test_the_second_delivery_of_an_event_tells_nothing_new(line: Line) -> None:
    """WH04."""
    body = line.message("wamid.A")
    assert line.receive(body).changed == 1
    again = line.receive(body, body)
    assert (again.changed, again.known) == (0, 2)
    assert line.thread().unread == 1


def test_statuses_only_move_forward(line: Line) -> None:
    """WH05, R-25."""
    for status, at_s in (("read", 3), ("delivered", 2), ("sent", 1)):
        line.receive(line.status("wamid.S", status, at_s))
        assert line.stored("wamid.S").status == "read"
    assert [s["status"] for s in line.stored("wamid.S").statuses] == ["sent", "delivered", "read"]


def test_a_failure_is_final_and_keeps_its_reason(line: Line) -> None:
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours"}}
    line.receive(line.status("wamid.F", "failed", 1, errors=[error]), line.status("wamid.F", "delivered", 2))
    stored = line.stored("wamid.F")
    assert stored.status == "failed"
    assert stored.statuses[-1]["error"] == {
        "code": 131047,
        "title": "Re-engagement message",
        "details": "24 hours",
    }


def test_a_status_nobody_knows_is_kept_and_moves_nothing(line: Line) -> None:
    """WH08."""
    line.receive(line.status("wamid.S", "delivered", 1), line.status("wamid.S", "teleported", 2))
    assert line.stored("wamid.S").status == "delivered"
    assert "teleported" in [s["status"] for s in line.stored("wamid.S").statuses]


def test_what_was_only_heard_of_stands_in_no_conversation(line: Line) -> None:
    line.receive(line.message("wamid.A"), line.status("wamid.UNSEEN", "sent"))
    page = conversations.messages(
        line.connection.customer_id, [line.connection.pk], line.thread().public_id, limit=50
    )
    assert [m.message_id for m in page.messages] == ["wamid.A"]


def test_of_a_revoked_message_nothing_is_kept(line: Line) -> None:
    line.receive(
        line.message("wamid.A"),
        line.message("wamid.X", 1, kind="revoke", content={"original_message_id": "wamid.A"}),
    )
    stored = line.stored("wamid.A")
    assert (stored.text, stored.media, stored.extra) == ("", None, {})
    assert stored.revoked_at is not None


def test_a_number_given_to_another_person_starts_a_thread_of_its_own(line: Line) -> None:
    line.receive(line.message("wamid.A", 1, user_id="US.1"), line.message("wamid.B", 2, user_id="US.2"))
    assert line.thread("US.1").contact_phone == ""
    assert line.thread("US.2").contact_phone == "16505551234"
    line.receive(line.message("wamid.C", 3))
    assert line.stored("wamid.C").thread == line.thread("US.2")


def test_what_arrived_before_the_thread_was_read_stays_read(line: Line) -> None:
    line.receive(line.message("wamid.A"), line.message("wamid.B", 1))
    view = (line.connection.customer_id, [line.connection.pk])
    assert conversations.mark_read(*view, line.thread().public_id) == 0
    line.receive(line.message("wamid.LATE", 2))
    assert line.thread().unread == 0


def test_events_are_only_for_the_customer_who_owns_the_connection(line: Line, other_line: Line) -> None:
    """TE05: naming another's connection changes nothing."""
    with pytest.raises(NotFound):
        effects.apply(
            other_line.connection.customer_id, line.connection.pk, line.events(line.message("wamid.A"))
        )
    assert not Message.objects.of(line.connection.customer_id).filter(connection=line.connection).exists()


def test_one_id_at_two_customers_is_two_messages(line: Line, other_line: Line) -> None:
    line.receive(line.message("wamid.SAME"))
    other_line.receive(other_line.message("wamid.SAME"))
    assert line.stored("wamid.SAME").pk != other_line.stored("wamid.SAME").pk


def test_ids_that_cannot_be_ids_are_refused_and_their_neighbours_kept(line: Line) -> None:
    applied = line.receive(
        line.message("wamid." + "x" * 300), line.message("wamid.\nA"), line.message("wamid.GOOD")
    )
    assert (applied.refused, applied.changed) == (2, 1)


def test_half_a_surrogate_pair_is_stored_as_a_question_mark(line: Line) -> None:
    """WH08: a text that no database takes does not stop a delivery."""
    (event,) = line.events(line.message("wamid.A"))
    assert isinstance(event, InboundMessage)
    broken = dataclasses.replace(
        event, text="smile \ud83d!", contact_name="N\ud83d", extra={"\ud83d": [1e999]}
    )
    effects.apply(line.connection.customer_id, line.connection.pk, [broken])
    assert line.stored("wamid.A").text == "smile ?!"
    assert line.stored("wamid.A").extra == {"?": ["inf"]}
    assert line.thread().contact_name == "N?"


def test_subscribers_learn_of_a_change_once_and_after_its_commit(line: Line) -> None:
    async def first_two() -> list[dict[str, Any]]:
        topic = news.topic(line.connection.customer.public_id, line.connection.mode)
        async with bus.subscribe(topic) as messages:
            body = line.message("wamid.A")
            for bodies in ([body], [body], [line.status("wamid.S", "sent")]):
                await threads.blocking(line.receive, *bodies)
            told = []
            async with asyncio.timeout(5):
                async for message in messages:
                    told.append(message)
                    if len(told) == 2:
                        break
            return told

    arrived, moved = asyncio.run(first_two())
    assert arrived == {
        "event": "message.received",
        "connection": line.connection.public_id,
        "platform": "whatsapp",
        "message": line.stored("wamid.A").public_id,
        "thread": line.thread().public_id,
        "at": "2026-11-22T10:00:00Z",
    }
    assert (moved["event"], "thread" in moved) == ("message.status", False)


def test_of_two_tellings_of_one_message_the_same_is_kept_whichever_came_first(
    line: Line, other_line: Line
) -> None:
    for each, order in ((line, (1, -1)), (other_line, (-1, 1))):
        tellings = [each.message("wamid.A", content={"body": body}) for body in ("one", "two")]
        for body in tellings[:: order[0]]:
            each.receive(body)
        tellings = [each.message("wamid.B", at_s, content={"body": str(at_s)}) for at_s in (5, 3)]
        each.receive(*tellings[:: order[1]])
    assert line.stored("wamid.A").text == other_line.stored("wamid.A").text
    for each in (line, other_line):
        assert (each.stored("wamid.B").text, each.thread().unread) == ("3", 2)
        events = Event.objects.of(each.connection.customer_id).filter(message__connection=each.connection)
        received = events.filter(type="message.received").values_list("message__upstream_id", flat=True)
        assert sorted(received) == ["wamid.A", "wamid.B"]


def test_a_message_of_our_own_stays_as_it_was_filed_when_the_platform_echoes_it(line: Line) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        file_sent(cursor, [sent(line, "wamid.OURS")])
    echo = {"from": "15550783881", "to": "16505551234", "id": "wamid.OURS", "timestamp": "1795341600"}
    echoed: dict[str, Any] = {**echo, "type": "text", "text": {"body": "another text"}}
    assert line.receive(line.delivery(message_echoes=[echoed])).changed == 0
    assert line.stored("wamid.OURS").text == "text of wamid.OURS"
