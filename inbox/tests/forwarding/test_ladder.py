"""A receiver that is down, slow, gone or hostile."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from hermes.core import clock
from inbox.forwarding.models import ForwardedEvent
from inbox.tests.conftest import Line
from inbox.tests.forwarding.conftest import Hook, forward

LADDER = [5, 300, 1800, 7200, 18000, 36000, 36000]
DOWN: Any = (503, {}, {})


@pytest.fixture
def moved() -> Iterator[Any]:
    """The clock, which a test moves."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_a_receiver_that_is_down_gets_the_ladder_and_then_one_delivery(
    hook: Hook, shop: Line, moved: Any
) -> None:
    hook.receiver.script.extend([DOWN] * len(LADDER))
    shop.receive(shop.message("wamid.1"))
    forward()
    for number, wait_s in enumerate(LADDER, start=1):
        assert len(hook.receiver.asked) == number
        moved.shift(wait_s - 1)
        forward()
        assert len(hook.receiver.asked) == number
        moved.shift(1)
        forward()
    moved.shift(400_000)
    forward()
    assert len(hook.receiver.asked) == len(hook.receiver.told) == 8
    assert len({*hook.receiver.ids}) == 1
    assert len({asked.body for asked in hook.receiver.asked}) == 1
    [delivery] = hook.log
    assert [a["status"] for a in delivery["attempts"]] == [503] * 7 + [200]
    assert (delivery["state"], hook.info["failing_since"]) == ("delivered", None)


def test_after_the_last_step_an_event_is_given_up(hook: Hook, shop: Line, moved: Any) -> None:
    hook.receiver.script.extend([DOWN] * 20)
    shop.receive(shop.message("wamid.1"))
    for wait_s in [*LADDER, 0, 400_000]:
        forward()
        moved.shift(wait_s)
    forward()
    [delivery] = hook.log
    assert (delivery["state"], delivery["next_attempt_at"], len(delivery["attempts"])) == ("failed", None, 8)
    assert hook.info["enabled"] is True


def test_410_disables_at_once_and_what_waits_is_dropped(hook: Hook, shop: Line, acme: Any) -> None:
    hook.receiver.script.append((410, {}, {}))
    for number in range(3):
        shop.receive(shop.message(f"wamid.{number}", number))
    forward()
    shop.receive(shop.message("wamid.LATER", 9))
    forward()
    assert len(hook.receiver.asked) == 1
    assert (hook.info["enabled"], hook.info["disabled_reason"]) == (False, "It answered 410 Gone.")
    assert [row["state"] for row in hook.log] == ["failed"] * 3
    [entry] = hook.api.get("/api/audit?action=webhook.disabled", acme.live_key).json()["entries"]
    assert (entry["actor"], entry["outcome"]) == ("system", "disabled")
    assert hook.id in entry["detail"]
    hook.request("PATCH", "", {"enabled": True})
    shop.receive(shop.message("wamid.AGAIN", 10))
    forward()
    assert hook.receiver.told[-1]["data"]["message"]["message_id"] == "wamid.AGAIN"


def test_five_days_of_failure_disable_and_the_owner_sees_why(hook: Hook, shop: Line, moved: Any) -> None:
    hook.receiver.script.extend([DOWN] * 1000)
    for number in range(10):
        shop.receive(shop.message(f"wamid.{number}", number))
        forward()
        assert hook.info["enabled"] is True
        moved.shift(timedelta(hours=12))
    shop.receive(shop.message("wamid.LAST", 99))
    forward()
    assert (hook.info["enabled"], hook.info["disabled_reason"]) == (False, "It failed for five days.")
    entries = hook.api.get("/api/audit?action=webhook.disabled", hook.key).json()["entries"]
    assert len(entries) == 1
    assert {row["state"] for row in hook.log} == {"failed"}


def test_failures_that_lie_apart_are_not_one_outage(hook: Hook, shop: Line, moved: Any) -> None:
    hook.receiver.script.extend([DOWN] * 1000)
    for number in range(4):
        shop.receive(shop.message(f"wamid.{number}", number))
        for wait_s in [*LADDER, 0]:
            forward()
            moved.shift(wait_s)
        moved.shift(timedelta(days=3))
    assert hook.info["enabled"] is True


@pytest.mark.parametrize(
    ("asked", "waits_s"), [("60", 60), ("3", 5), ("9999999", 36_000), ("soon", 5), ("-5", 5)]
)
def test_retry_after_is_obeyed_within_reason(
    hook: Hook, shop: Line, moved: Any, asked: str, waits_s: int
) -> None:
    hook.receiver.script.append((429, {"Retry-After": asked}, {}))
    shop.receive(shop.message("wamid.1"))
    forward()
    if waits_s > 5:
        shop.receive(shop.message("wamid.2", 1))
    moved.shift(waits_s - 1)
    forward()
    assert len(hook.receiver.asked) == 1
    moved.shift(1)
    forward()
    assert len(hook.receiver.asked) == (3 if waits_s > 5 else 2)


def test_an_event_whose_worker_died_each_time_is_given_up(hook: Hook, shop: Line) -> None:
    shop.receive(shop.message("wamid.1"))
    ForwardedEvent.objects.of(shop.connection.customer_id).update(tries=8, next_try_at=clock.now())
    forward()
    assert (hook.receiver.asked, hook.log[0]["state"]) == ([], "failed")
