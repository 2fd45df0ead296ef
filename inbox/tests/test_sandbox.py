"""What the sandbox's WhatsApp posts comes back into the inbox of its connection, and of no other."""

import asyncio
import base64
import json
from typing import Any

import pytest
from django.conf import settings

import hermes.celery
from connectors.kit.secret import Secret
from connectors.sandbox import Emission, Inbound, MemoryStore, Standin, standin
from hermes.core.redis import sync_client
from inbox import tasks
from inbox.models import Message, Thread
from inbox.tests.conftest import Line

TO = "14155550123"


@pytest.fixture
def platform(line: Line) -> Standin:
    """The stand-in that has the line's number."""
    made = standin("whatsapp", MemoryStore())
    assert made is not None

    async def adopt() -> None:
        for path in (line.phone_id, f"{line.waba_id}/phone_numbers"):
            await made.request("GET", f"https://graph.facebook.com/v26.0/{path}", bearer=Secret("token"))

    asyncio.run(adopt())
    return made


def _send(platform: Standin, line: Line, text: str) -> tuple[str, list[Emission]]:
    body = {"messaging_product": "whatsapp", "to": TO, "type": "text", "text": {"body": text}}
    url = f"https://graph.facebook.com/v26.0/{line.phone_id}/messages"
    answer = asyncio.run(platform.request("POST", url, bearer=Secret("token"), json=body))
    events, platform.events = platform.events, []
    return answer.json()["messages"][0]["id"], events


def test_a_sent_message_is_read_in_the_end_and_answered(line: Line, platform: Standin) -> None:
    message_id, events = _send(platform, line, "hello")
    for event in reversed(events):
        tasks.receive(line.connection.pk, "whatsapp", event.payload)
    assert [s["status"] for s in line.stored(message_id).statuses] == ["sent", "delivered", "read"]
    reply = asyncio.run(platform.inbound(Inbound(sender=TO, name="Ana", text="hi", reply_to=message_id)))
    tasks.receive(line.connection.pk, "whatsapp", reply)
    (stored,) = Message.objects.of(line.connection.customer_id).filter(direction="in")
    assert (stored.text, stored.reply_to) == ("hi", message_id)
    (thread,) = Thread.objects.of(line.connection.customer_id).filter(contact_phone=TO)
    assert (stored.thread, thread.contact_name, thread.unread) == (thread, "Ana", 1)


@pytest.mark.parametrize("kind", ["image", "location", "contacts", "interactive", "button", "unsupported"])
def test_every_kind_of_answer_is_filed(line: Line, platform: Standin, kind: str) -> None:
    payload = asyncio.run(platform.inbound(Inbound(sender=TO, kind=kind, text="tapped")))
    tasks.receive(line.connection.pk, "whatsapp", payload)
    (stored,) = Message.objects.of(line.connection.customer_id).filter(direction="in")
    assert stored.kind == kind


def test_events_of_another_number_are_left_out(line: Line, other_line: Line) -> None:
    """TE05, TE09: a body that names another's number, or the other's account only, changes nobody's inbox."""
    foreign = other_line.message("wamid.FOREIGN")
    same_account = line.message("wamid.SISTER")
    same_account["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = other_line.phone_id
    for body in (foreign, same_account):
        tasks.receive(line.connection.pk, "whatsapp", body)
    tasks.receive(line.connection.pk, "telegram", line.message("wamid.WRONG"))
    tasks.receive(0, "whatsapp", line.message("wamid.NOBODY"))
    for one in (line, other_line):
        assert not Message.objects.of(one.connection.customer_id).filter(connection=one.connection).exists()


def _queued(message_id: str) -> list[dict[str, Any]]:
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("looks into the queue of a Redis broker")
    queued = [json.loads(raw) for raw in sync_client().lrange("inbound", 0, -1)]
    return [q for q in queued if message_id in base64.b64decode(q["body"]).decode()]


def test_events_are_queued_for_their_time(line: Line, platform: Standin) -> None:
    message_id, events = _send(platform, line, "hello")
    tasks.deliver(line.connection.pk, "whatsapp", events)
    queued = _queued(message_id)
    assert len(queued) == 3
    assert all(q["headers"]["eta"] for q in queued)


def test_without_a_broker_the_events_are_lost_and_nothing_else(
    line: Line, platform: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id, events = _send(platform, line, "hello")
    app = hermes.celery.app
    nowhere = app.connection_for_write("redis+socket:///nowhere/redis.sock")
    monkeypatch.setattr(app, "connection_for_write", lambda: nowhere)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    tasks.deliver(line.connection.pk, "whatsapp", events)
    assert _queued(message_id) == []
