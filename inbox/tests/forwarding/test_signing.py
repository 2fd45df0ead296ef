"""Secrets: shown once, changed with an overlap, kept nowhere; and signatures that receivers prove."""

from typing import Any

import pytest
import time_machine

from hermes.core import clock
from inbox.forwarding import history
from inbox.forwarding.models import WebhookEndpoint
from inbox.tests.conftest import Line
from inbox.tests.forwarding.conftest import Hook, MakeHook, MakeReceiver, forward
from tests.support import traces
from tests.support.api import Api


def test_cr06_the_secret_is_shown_once_and_is_nowhere(
    api: Api, acme: Any, hook: Hook, shop: Line, capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = [*hook.receiver.secrets]
    rotated = hook.request("POST", "/rotate-secret")
    secrets.append(rotated["secret"])
    hook.receiver.secrets = secrets
    hook.receiver.script.append("cut")
    for number in range(2):
        shop.receive(shop.message(f"wamid.{number}", number))
    forward()
    told = [
        api.get(path, acme.live_key).text
        for path in (
            "/api/webhooks",
            f"/api/webhooks/{hook.id}",
            f"/api/webhooks/{hook.id}/deliveries",
            "/api/audit",
        )
    ]
    said = "".join(capfd.readouterr())
    for secret in secrets:
        plain = secret.removeprefix("whsec_")
        assert traces.in_database(plain) == traces.in_redis(plain) == []
        assert plain not in said
        assert not [text for text in told if plain in text]
    assert hook.info["url"].rpartition("/")[2] not in said


def test_ts03_a_secret_opens_for_no_other_endpoint(
    acme: Any, hook: Hook, make_hook: MakeHook, shop: Line
) -> None:
    other = make_hook(acme)
    rows = WebhookEndpoint.objects.of(acme.customer)
    rows.filter(public_id=hook.id).update(sealed=rows.get(public_id=other.id).sealed)
    shop.receive(shop.message("wamid.1"))
    forward()
    assert hook.receiver.asked == []
    assert hook.log[0]["attempts"][0]["error"] == "internal"
    assert len(other.receiver.told) == 1


def test_a_secret_is_changed_with_both_signing_for_a_day(acme: Any, hook: Hook, shop: Line) -> None:
    old = hook.receiver.secrets[0]
    with time_machine.travel(clock.now(), tick=False) as traveller:
        rotated = hook.request("POST", "/rotate-secret")
        new = rotated["secret"]
        assert new != old
        assert rotated["webhook"]["previous_secret_until"]
        hook.receiver.secrets = [old, new]
        shop.receive(shop.message("wamid.1"))
        forward()
        assert len(hook.receiver.told) == 1
        traveller.shift(24 * 3600)
        shop.receive(shop.message("wamid.2", 1))
        hook.receiver.secrets = [new]
        forward()
        assert len(hook.receiver.told) == 2
        signatures = [
            {k.lower(): v for k, v in asked.headers.items()}["webhook-signature"]
            for asked in hook.receiver.asked
        ]
        assert [len(text.split(" ")) for text in signatures] == [2, 1]
        history.purge()
        assert WebhookEndpoint.objects.of(acme.customer).get(public_id=hook.id).sealed_before == ""
    at_once = hook.request("POST", "/rotate-secret", {"overlap_s": 0})
    assert at_once["webhook"]["previous_secret_until"] is None


def test_a_receiver_that_cannot_prove_a_delivery_takes_none(
    hook: Hook, shop: Line, make_receiver: MakeReceiver
) -> None:
    hook.receiver.secrets = ["whsec_" + "A" * 44]
    shop.receive(shop.message("wamid.1"))
    forward()
    assert hook.receiver.told == []
    assert hook.log[0]["attempts"][0]["status"] == 500
