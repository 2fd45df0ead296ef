"""The log: tests, sending again, forgetting; and what becomes of it with its customer."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine

from hermes.core import clock, ids
from inbox.forwarding import tasks
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from inbox.tests.conftest import Line
from inbox.tests.forwarding.conftest import Hook, MakeHook, forward
from tenants import actors, customers, erasure, export
from tests.support.api import Api


def test_a_test_event_is_told_whatever_the_endpoint_listens_to(acme: Any, make_hook: MakeHook) -> None:
    hook = make_hook(acme, events=["connection.paused"])
    made = hook.request("POST", "/test")["delivery"]
    assert (made["state"], made["attempts"]) == ("pending", [])
    forward()
    [told] = hook.receiver.told
    assert (told["type"], told["data"]) == ("webhook.test", {"endpoint": hook.id})
    assert hook.receiver.ids == [made["id"]]
    assert hook.log[0]["state"] == "delivered"


def test_one_event_is_sent_again_under_its_id(hook: Hook, shop: Line) -> None:
    shop.receive(shop.message("wamid.1"))
    forward()
    again = hook.request("POST", f"/deliveries/{hook.receiver.ids[0]}/redeliver")["delivery"]
    assert again["state"] == "pending"
    forward()
    assert len(hook.receiver.told) == 2
    assert hook.receiver.told[0] == hook.receiver.told[1]
    assert hook.receiver.ids == [again["id"]] * 2
    [delivery] = hook.log
    assert [a["status"] for a in delivery["attempts"]] == [200, 200]


def test_the_events_of_a_time_are_sent_again_oldest_first(hook: Hook, shop: Line) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        for number in range(6):
            if number in (1, 3):
                hook.receiver.script.append((410, {}, {}))
            shop.receive(shop.message(f"wamid.{number}", number))
            forward()
            hook.request("PATCH", "", {"enabled": True})
            traveller.shift(60)
        hook.receiver.forget()
        since, until = start.isoformat(), (start + timedelta(seconds=180)).isoformat()
        assert hook.request("POST", "/redeliver", {"since": since, "until": until}) == {"count": 1}
        forward()
        assert _messages(hook) == ["wamid.1"]
        hook.receiver.forget()
        every = {"since": since, "only_failed": False}
        assert hook.request("POST", "/redeliver", every) == {"count": 6}
        forward()
        assert _messages(hook) == [f"wamid.{n}" for n in range(6)]
        refused = hook.api.post(
            f"/api/webhooks/{hook.id}/redeliver", hook.key, {"since": until, "until": since}
        )
        assert (refused.status_code, refused.json()["argument"]) == (422, "since")


def test_the_log_is_paged_and_filtered(hook: Hook, shop: Line) -> None:
    for number in range(5):
        shop.receive(shop.message(f"wamid.{number}", number))
    shop.receive(shop.status("wamid.S", "sent"))
    first = hook.request("GET", "/deliveries?limit=4")
    second = hook.request("GET", f"/deliveries?limit=4&cursor={first['next_cursor']}")
    found = [row["id"] for page in (first, second) for row in page["deliveries"]]
    assert len(found) == len({*found}) == 6
    assert [r["type"] for r in hook.request("GET", "/deliveries?event=message.status")["deliveries"]] == [
        "message.status"
    ]
    assert hook.request("GET", "/deliveries?state=delivered")["deliveries"] == []


def test_the_log_is_kept_for_thirty_days(hook: Hook, shop: Line) -> None:
    shop.receive(shop.message("wamid.1"))
    forward()
    with time_machine.travel(clock.now() + timedelta(days=29, hours=23)):
        tasks.tidy()
        assert len(hook.log) == 1
    with time_machine.travel(clock.now() + timedelta(days=30, hours=1)):
        tasks.tidy()
        assert hook.log == []


def test_a_suspended_customer_is_told_nothing_until_it_goes_on(hook: Hook, shop: Line, acme: Any) -> None:
    shop.receive(shop.message("wamid.1"))
    customers.suspend(acme.customer)
    shop.receive(shop.message("wamid.2", 1))
    forward()
    assert hook.receiver.asked == []
    assert hook.api.get("/api/webhooks", hook.key).status_code == 403
    customers.resume(acme.customer)
    forward()
    assert _messages(hook) == ["wamid.1", "wamid.2"]


def test_ad12_an_erased_customer_is_told_nothing_and_leaves_nothing(
    hook: Hook, shop: Line, acme: Any, globex: Any, make_hook: MakeHook
) -> None:
    theirs = make_hook(globex)
    shop.receive(shop.message("wamid.1"))
    erasure.erase(acme.customer, by=actors.SYSTEM)
    forward()
    assert hook.receiver.asked == []
    for model in (WebhookEndpoint, ForwardedEvent):
        assert not model.objects.of(acme.customer).exists()
    assert theirs.info["enabled"] is True


def test_ad13_an_export_holds_endpoints_and_log_and_no_secret(
    hook: Hook, shop: Line, acme: Any, tmp_path: Path
) -> None:
    hook.request("POST", "/rotate-secret")
    shop.receive(shop.message("wamid.1"))
    forward()
    export.export(acme.customer, tmp_path / "acme.zip", by=actors.SYSTEM)
    with zipfile.ZipFile(tmp_path / "acme.zip") as archive:
        endpoint = json.loads(archive.read("webhookendpoint.jsonl"))
        event = json.loads(archive.read("forwardedevent.jsonl"))
    assert (endpoint["public_id"], event["event_id"]) == (hook.id, hook.receiver.ids[0])
    assert not {"sealed", "sealed_before"} & {*endpoint}


def test_te01_a_strangers_endpoint_and_event_answer_as_unknown_ones(
    api: Api, globex: Any, hook: Hook, shop: Line, make_hook: MakeHook
) -> None:
    shop.receive(shop.message("wamid.1"))
    forward()
    event, theirs = hook.log[0]["id"], make_hook(globex)
    known = [(hook.id, event), (theirs.id, event)]
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"enabled": False}),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/rotate-secret", {}),
        ("POST", "/test", None),
        ("GET", "/deliveries", None),
        ("POST", "/redeliver", {"since": "2026-01-01T00:00:00Z"}),
        ("POST", "/redeliver", {}),
        ("POST", "/deliveries/{event}/redeliver", None),
    ):
        for whe, evt in known if "{event}" in path else known[:1]:
            unknown = ids.new("whe") if whe == hook.id else whe
            answers = [
                api.request(
                    method,
                    f"/api/webhooks/{each}{path.format(event=named)}",
                    globex.live_key,
                    json=body,
                )
                for each, named in ((whe, evt), (unknown, ids.new("evt")))
            ]
            assert [a.status_code for a in answers] == [404, 404]
            assert answers[0].content == answers[1].content
            assert dict(answers[0].headers) == dict(answers[1].headers)
    assert hook.info["enabled"] is True
    assert hook.info["previous_secret_until"] is None
    assert [row["state"] for row in hook.log] == ["delivered"]


def _messages(hook: Hook) -> list[str]:
    return [told["data"]["message"]["message_id"] for told in hook.receiver.told]
