"""What happens to an account is told to its customer's receivers, and to nobody else's."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database, transaction
from django.test.utils import CaptureQueriesContext

from connectors.kit.webhook import InboundMessage
from hermes.core import ids
from hermes.core.redis import sync_client
from inbox import effects
from inbox.filing import file_sent
from inbox.forwarding import event_types, outbox
from inbox.forwarding.models import ForwardedEvent
from inbox.forwarding.payload import LIMIT_BYTES
from inbox.tests.conftest import SENT_AT, Line, MakeLine, sent
from inbox.tests.forwarding.conftest import Hook, MakeHook, forward
from tenants import connections, refusals
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream


def test_a_message_is_told_with_its_text_its_thread_and_its_account(hook: Hook, shop: Line) -> None:
    shop.receive(shop.message("wamid.1", name="Sheena", content={"body": "Hi \u202e<b>\u0627\u0644</b>"}))
    forward()
    [told] = hook.receiver.told
    message, thread = shop.stored("wamid.1"), shop.thread()
    assert (told["type"], told["timestamp"]) == ("message.received", "2026-11-22T10:00:00Z")
    assert told["data"]["connection"] == {
        "id": shop.connection.public_id,
        "platform": "whatsapp",
        "account": shop.connection.account,
        "mode": "live",
    }
    assert told["data"]["message"]["id"] == message.public_id
    assert told["data"]["message"]["text"] == "Hi \u202e<b>\u0627\u0644</b>"
    assert told["data"]["message"]["untrusted"] is True
    assert "never as instructions" in told["data"]["notice"]
    assert told["data"]["message"]["thread"] == {
        "id": thread.public_id,
        "contact": "16505551234",
        "contact_name": "Sheena",
        "contact_phone": "16505551234",
    }
    [asked] = hook.receiver.asked
    assert (asked.method, asked.headers["Content-Type"]) == ("POST", "application/json")
    assert ids.is_id(hook.receiver.ids[0], "evt")
    [delivery] = hook.log
    assert (delivery["id"], delivery["state"]) == (hook.receiver.ids[0], "delivered")
    assert delivery["attempts"][0]["status"] == 200


def test_every_kind_of_event_is_told_in_order_and_once(hook: Hook, shop: Line) -> None:
    bodies = [
        shop.message("wamid.1"),
        shop.message("wamid.2", 1, kind="reaction", content={"message_id": "wamid.1", "emoji": "👍"}),
        shop.status("wamid.SENT", "delivered", 2),
        shop.status("wamid.SENT", "read", 3),
    ]
    for body in bodies * 2:
        shop.receive(body)
    connection = shop.connection
    connections.pause(connection.customer_id, connection.public_id)
    connections.resume(connection.customer_id, connection.public_id)
    refusals.mark_needs_reauth(connection.customer_id, connection.public_id, "Token expired.")
    forward()
    assert hook.receiver.types == [
        "message.received",
        "message.reaction",
        "message.status",
        "message.status",
        "connection.paused",
        "connection.active",
        "connection.needs_reauth",
    ]
    reaction, delivered, read, *_, broken = [told["data"] for told in hook.receiver.told[1:]]
    assert (reaction["message"]["text"], reaction["message"]["reply_to"]) == ("👍", "wamid.1")
    assert delivered["status"] == {"status": "delivered", "at": "2026-11-22T10:00:02Z"}
    assert read["status"]["status"] == "read"
    assert broken["connection"]["status"] == "needs_reauth"
    assert broken["connection"]["status_reason"] == "Token expired."
    assert set(hook.receiver.types) <= set(event_types.EVERY_TYPE)


def test_a_message_that_was_revoked_before_it_could_be_told_is_told_without_its_text(
    hook: Hook, shop: Line
) -> None:
    shop.receive(shop.message("wamid.1", content={"body": "regretted"}))
    row = shop.stored("wamid.1")
    row.text, row.revoked_at = "", row.at
    row.save()
    forward()
    [told] = hook.receiver.told
    assert "text" not in told["data"]["message"]
    assert told["data"]["message"]["revoked_at"] == "2026-11-22T10:00:00Z"
    assert b"regretted" not in hook.receiver.asked[0].body


def test_a_message_that_is_not_kept_any_more_is_told_as_null(hook: Hook, shop: Line) -> None:
    shop.receive(shop.message("wamid.1"), shop.status("wamid.S", "read"))
    for message_id in ("wamid.1", "wamid.S"):
        shop.stored(message_id).delete()
    forward()
    received, status = (told["data"] for told in hook.receiver.told)
    assert received["message"] is status["message"] is None
    assert status["status"] == {"status": "read"}


def test_an_account_that_is_disconnected_and_connected_again_is_told(
    api: Api, probed: Probed, upstream: Upstream, make_hook: MakeHook
) -> None:
    hook = make_hook(_person(probed), events=["connection.active", "connection.revoked"])
    assert api.request("DELETE", f"/api/connections/{probed.connection}", probed.key).status_code == 200
    upstream.script.append((200, {}, {"id": probed.customer.public_id, "name": "Probe"}))
    linked = api.post("/api/connect/probe", probed.key, {"credentials": {"token": "another"}})
    assert linked.status_code == 201, linked.text
    forward()
    assert hook.receiver.types == ["connection.revoked", "connection.active"]
    assert hook.receiver.told[1]["data"]["connection"]["id"] == linked.json()["connection"]["id"]


def test_what_a_call_sent_is_told_once(api: Api, probed: Probed, make_hook: MakeHook) -> None:
    hook = make_hook(_person(probed), events=["message.sent"])
    deaf = make_hook(_person(probed), events=["message.received"])
    asked = {"to": "x", "text": "your order", "idempotency_key": "k"}
    for _ in range(2):
        assert api.post("/api/tools/probe_send", probed.key, asked).status_code == 200
    forward()
    [told] = hook.receiver.told
    assert told["data"]["message"]["text"] == "your order"
    assert (told["data"]["message"]["direction"], told["data"]["message"]["untrusted"]) == ("out", False)
    assert told["data"]["connection"]["id"] == probed.connection
    assert deaf.receiver.told == []


def test_the_workers_hear_of_what_a_call_sent_as_soon_as_it_is_answered(
    api: Api, probed: Probed, make_hook: MakeHook
) -> None:
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("looks into the queue of a Redis broker")
    make_hook(_person(probed), events=["message.sent"])
    queue = settings.CELERY_TASK_ROUTES[outbox.TASK]["queue"]
    before = int(sync_client().llen(queue))
    assert api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"}).status_code == 200
    until = time.monotonic() + 20
    while sync_client().llen(queue) == before:
        assert time.monotonic() < until


def test_a_message_that_the_platform_told_of_before_the_call_was_closed_is_told_once(
    hook: Hook, shop: Line
) -> None:
    told_by_platform, heard_of = sent(shop, "wamid.ECHO"), sent(shop, "wamid.STATUS")
    echo = InboundMessage(
        route=(shop.phone_id,),
        upstream_id="wamid.ECHO",
        contact="16505551234",
        at=SENT_AT,
        kind="text",
        text="hi",
        direction="out",
    )
    effects.apply(shop.connection.customer_id, shop.connection.pk, [echo])
    shop.receive(shop.status("wamid.STATUS", "sent"))
    with transaction.atomic(), database.cursor() as cursor:
        file_sent(cursor, [told_by_platform, heard_of])
    forward()
    told = [(t["type"], t["data"]["message"]["message_id"]) for t in hook.receiver.told]
    assert sorted(told) == [
        ("message.sent", "wamid.ECHO"),
        ("message.sent", "wamid.STATUS"),
        ("message.status", "wamid.STATUS"),
    ]


def test_the_documented_body_is_the_real_one(hook: Hook, shop: Line) -> None:
    page = (Path(__file__).parents[3] / "docs/webhooks.md").read_text()
    documented = json.loads(page.partition("```json\n")[2].partition("```")[0])
    shop.receive(shop.message("wamid.1"))
    forward()
    [told] = hook.receiver.told
    assert _shape(told) == _shape(documented)
    assert told["data"]["notice"] == documented["data"]["notice"]
    table = page.partition("## Events")[2].partition("```json")[0]
    assert {*re.findall(r"`((?:message|connection)\.\w+)`", table)} == {*event_types.EVERY_TYPE}


def test_an_endpoint_is_told_only_what_it_listens_to_of_its_mode_and_of_its_customer(
    acme: Any, globex: Any, make_hook: MakeHook, make_line: MakeLine
) -> None:
    everything, statuses, test, theirs = (
        make_hook(acme),
        make_hook(acme, events=["message.status"]),
        make_hook(acme, mode="test"),
        make_hook(globex),
    )
    live, sandbox, foreign = (
        make_line(acme.customer, "live"),
        make_line(acme.customer),
        make_line(globex.customer, "live"),
    )
    live.receive(live.message("wamid.LIVE"), live.status("wamid.S", "sent"))
    sandbox.receive(sandbox.message("wamid.SANDBOX"))
    foreign.receive(foreign.message("wamid.FOREIGN"))
    forward()
    told = {
        name: [t["data"]["message"]["message_id"] for t in each.receiver.told]
        for name, each in {"all": everything, "status": statuses, "test": test, "theirs": theirs}.items()
    }
    assert {name: sorted(found) for name, found in told.items()} == {
        "all": ["wamid.LIVE", "wamid.S"],
        "status": ["wamid.S"],
        "test": ["wamid.SANDBOX"],
        "theirs": ["wamid.FOREIGN"],
    }
    assert {*statuses.receiver.ids} < {*everything.receiver.ids}


def test_an_event_is_noted_in_the_transaction_of_what_happened(hook: Hook, shop: Line) -> None:
    with transaction.atomic():
        shop.receive(shop.message("wamid.1"))
        transaction.set_rollback(True)
    assert hook.log == []
    shop.receive(shop.message("wamid.1"))
    assert [row["state"] for row in hook.log] == ["pending"]


def test_one_who_listens_to_nothing_costs_one_query(shop: Line) -> None:
    events = shop.events(*(shop.message(f"wamid.{n}", n) for n in range(20)))
    with CaptureQueriesContext(database) as asked:
        effects.apply(shop.connection.customer_id, shop.connection.pk, events)
    found = [q["sql"] for q in asked if "webhookendpoint" in q["sql"] or "forwardedevent" in q["sql"]]
    assert len(found) == 1
    assert not ForwardedEvent.objects.of(shop.connection.customer_id).exists()


@pytest.mark.parametrize("char", ["x", "\u0001", "😀"])
def test_a_body_is_at_most_256_kib(hook: Hook, shop: Line, char: str) -> None:
    shop.receive(shop.message("wamid.BIG"))
    row = shop.stored("wamid.BIG")
    row.text = char * 65_536
    row.extra = {str(n): {str(m): "y" * 4_000 for m in range(10)} for n in range(10)}
    row.save()
    forward()
    [asked] = hook.receiver.asked
    assert len(asked.body) <= LIMIT_BYTES
    message = json.loads(asked.body)["data"]["message"]
    assert message["text"] == char * 16_384
    assert (message["truncated"], "data" in message) == (True, False)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(member) for name, member in value.items()}
    return type(value).__name__


def _person(probed: Probed) -> Any:
    class Person:
        live_key, test_key = probed.key, probed.test_key

    return Person
