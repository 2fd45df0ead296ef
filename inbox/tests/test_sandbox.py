"""What the sandbox's WhatsApp posts comes back into the inbox of its connection, and of no other."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from asgiref.sync import async_to_sync

from connectors.kit.meta import sign
from connectors.kit.secret import Secret
from connectors.sandbox import Emission, Inbound, MemoryStore, Standin, standin
from hermes.core.errors import Unauthenticated
from inbox import intake, tasks
from inbox.models import Message, Thread, WebhookDelivery
from inbox.tests.conftest import Line
from inbox.tests.posting import settle, take_broker_away
from tenants import connections, webhooks
from tenants.models import Connection
from tests.support.api import Api
from tests.support.surfaces import rest

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


def post(line: Line, payload: Any) -> WebhookDelivery:
    """The sandbox of the line posts; what became of it."""
    tasks.post(line.connection.public_id, "whatsapp", [Emission(after_s=0.0, payload=payload)])
    return settle(WebhookDelivery.objects.filter(addressee=line.connection.public_id).latest("pk"))


def _send(platform: Standin, line: Line, text: str) -> tuple[str, list[Emission]]:
    body = {"messaging_product": "whatsapp", "to": TO, "type": "text", "text": {"body": text}}
    url = f"https://graph.facebook.com/v26.0/{line.phone_id}/messages"
    answer = asyncio.run(platform.request("POST", url, bearer=Secret("token"), json=body))
    events, platform.events = platform.events, []
    return answer.json()["messages"][0]["id"], events


def test_a_sent_message_is_read_in_the_end_and_answered(line: Line, platform: Standin) -> None:
    message_id, events = _send(platform, line, "hello")
    for event in reversed(events):
        post(line, event.payload)
    assert [s["status"] for s in line.stored(message_id).statuses] == ["sent", "delivered", "read"]
    reply = asyncio.run(platform.inbound(Inbound(sender=TO, name="Ana", text="hi", reply_to=message_id)))
    post(line, reply)
    (stored,) = Message.objects.of(line.connection.customer_id).filter(direction="in")
    assert (stored.text, stored.reply_to) == ("hi", message_id)
    (thread,) = Thread.objects.of(line.connection.customer_id).filter(contact_phone=TO)
    assert (stored.thread, thread.contact_name, thread.unread) == (thread, "Ana", 1)


@pytest.mark.parametrize("kind", ["image", "location", "contacts", "interactive", "button", "unsupported"])
def test_every_kind_of_answer_is_filed(line: Line, platform: Standin, kind: str) -> None:
    payload = asyncio.run(platform.inbound(Inbound(sender=TO, kind=kind, text="tapped")))
    post(line, payload)
    (stored,) = Message.objects.of(line.connection.customer_id).filter(direction="in")
    assert stored.kind == kind


def test_events_of_another_number_are_left_out(line: Line, other_line: Line) -> None:
    """TE05, TE09: a body that names another's number, or the other's account only, changes nobody's inbox."""
    foreign = other_line.message("wamid.FOREIGN")
    same_account = line.message("wamid.SISTER")
    same_account["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = other_line.phone_id
    for body in (foreign, same_account):
        assert post(line, body).state == "quarantined"
    for one in (line, other_line):
        assert not Message.objects.of(one.connection.customer_id).filter(connection=one.connection).exists()


def test_a_live_number_is_not_reached_through_the_sandbox(line: Line, shop: Line) -> None:
    post(line, shop.message("wamid.FORGED"))
    assert not Message.objects.of(shop.connection.customer_id).filter(upstream_id="wamid.FORGED").exists()


def test_the_secret_of_one_sandbox_opens_no_other_door(line: Line, other_line: Line) -> None:
    body = msgspec.json.encode(other_line.message("wamid.FORGED"))
    signed = sign(webhooks.secret_of(line.connection.public_id), body)
    for addressee in ("", other_line.connection.public_id):
        keys = async_to_sync(intake.keys_of_connection)("whatsapp", addressee)
        with pytest.raises(Unauthenticated):
            intake.verified("whatsapp", signed, body, keys=keys, addressee=addressee)


def test_events_are_due_in_their_time(line: Line, platform: Standin) -> None:
    _, events = _send(platform, line, "hello")
    tasks.deliver(line.connection.public_id, "whatsapp", events)
    stored = WebhookDelivery.objects.filter(addressee=line.connection.public_id)
    waits = sorted((row.next_try_at - row.received_at).total_seconds() for row in stored)
    assert waits == pytest.approx(sorted(event.after_s for event in events))


def test_without_a_broker_nothing_is_lost(
    line: Line, platform: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id, events = _send(platform, line, "hello")
    take_broker_away(monkeypatch)
    tasks.deliver(line.connection.public_id, "whatsapp", events)
    for row in WebhookDelivery.objects.filter(addressee=line.connection.public_id):
        settle(row)
    assert line.stored(message_id).status == "read"


def test_a_test_key_simulates_an_answer_that_arrives_like_a_platforms(api: Api, acme: Any) -> None:
    answer = api.post(
        "/api/sandbox/whatsapp/inbound", acme.test_key, {"sender": TO, "text": "hi", "name": "Ana"}
    )
    assert answer.status_code == 202
    (row,) = WebhookDelivery.objects.filter(addressee=sandbox_of(acme).public_id)
    assert json.loads(bytes(row.body)) == answer.json()["payload"]
    settle(row)
    (thread,) = api.get("/api/inbox/threads", acme.test_key).json()["threads"]
    assert thread["last_message"]["text"] == "hi"


@pytest.mark.parametrize(
    ("kind", "mime_type", "kept_as"),
    [("image", "image/png", "inline"), ("document", "application/pdf", "attachment")],
)
def test_a_file_somebody_sent_is_opened_by_its_link(
    api: Api, acme: Any, kind: str, mime_type: str, kept_as: str
) -> None:
    simulated = {"sender": TO, "kind": kind, "text": "look", "name": "Ana"}
    assert api.post("/api/sandbox/whatsapp/inbound", acme.test_key, simulated).status_code == 202
    settle(WebhookDelivery.objects.filter(addressee=sandbox_of(acme).public_id).latest("pk"))
    [message] = api.get("/api/inbox/messages?q=look", acme.test_key).json()["messages"]
    told = rest(api, acme.test_key, "whatsapp_get_media", {"message_id": message["message_id"]})
    assert told.code == "ok", told.error
    file = api.get(urlsplit(told.data["url"]).path)
    assert (file.status_code, file.headers["content-type"]) == (200, mime_type)
    assert len(file.content) == told.data["size_bytes"] > 0
    assert file.headers["content-disposition"].startswith(kept_as)
    assert api.get("/api/inbox/messages?q=look", acme.live_key).json()["messages"] == []


@pytest.mark.parametrize(
    ("platform_name", "body", "status"),
    [
        ("nowhere", {"sender": TO}, 404),
        ("whatsapp", {"sender": TO, "account": "other"}, 409),
        ("whatsapp", {"sender": TO, "kind": "telepathy"}, 422),
        ("whatsapp", {}, 422),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    api: Api, acme: Any, platform_name: str, body: dict[str, Any], status: int
) -> None:
    answer = api.post(f"/api/sandbox/{platform_name}/inbound", acme.test_key, body)
    assert answer.status_code == status
    assert not WebhookDelivery.objects.filter(addressee=sandbox_of(acme).public_id).exists()


def test_a_live_key_simulates_nothing(api: Api, acme: Any) -> None:
    assert api.post("/api/sandbox/whatsapp/inbound", acme.live_key, {"sender": TO}).status_code == 403


def sandbox_of(person: Any) -> Connection:
    return connections.listed(person.customer.pk, mode="test").get(platform="whatsapp")
