"""Deliveries wait in the database: tried five times, in turn, and again when told to."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

import hermes.celery
from hermes.core import clock
from inbox import deliveries, distribution, tasks, turns
from inbox.models import WebhookDelivery
from inbox.tests.conftest import Line, MakeLine
from inbox.tests.posting import bring, kept, post, settle
from inbox.tests.test_distribution import fail_on, messages_of
from tests.support.api import Api


def posted(api: Api, body: Any) -> WebhookDelivery:
    """A delivery nobody has settled."""
    assert post(api, body) == 200
    row = kept(body)
    assert row is not None
    return row


def due(row: WebhookDelivery) -> float:
    """Seconds from now until its next try."""
    return (row.next_try_at - clock.now()).total_seconds()


def test_wh14_what_always_fails_is_tried_five_times_and_set_aside_and_delays_nobody(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "wamid.POISON")
    row = posted(api, shop.message("wamid.POISON"))
    waits = []
    for tries in range(1, 5):
        assert (settle(row).state, row.tries) == ("received", tries)
        waits.append(due(row))
    assert waits == pytest.approx([10, 20, 40, 80], abs=3)
    began = time.monotonic()
    posted(api, shop.message("wamid.NEXT"))
    deliveries.drain(20)
    assert shop.stored("wamid.NEXT").text == "text of wamid.NEXT"
    assert time.monotonic() - began < 2
    assert (settle(row).state, row.tries) == ("quarantined", 5)
    assert "RuntimeError" in row.reason
    assert settle(row).tries == 5
    monkeypatch.undo()
    assert "1 deliveries are tried again, within seconds." in replay("--id", row.public_id)
    row.refresh_from_db()
    assert settle(row).state == "done"
    assert shop.stored("wamid.POISON").text == "text of wamid.POISON"


def test_a_delivery_that_ends_its_process_is_set_aside_too(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def end(_: Any) -> Any:
        raise Killed

    row = posted(api, shop.message("wamid.KILLER"))
    monkeypatch.setattr(deliveries, "distribute", end)
    for tries in range(1, 6):
        with pytest.raises(Killed):
            settle(row)
        row.refresh_from_db()
        assert (row.state, row.tries) == ("received", tries)
    assert settle(row).state == "quarantined"


def test_a_fault_outside_of_the_events_counts_as_a_try(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = posted(api, shop.message("wamid.X"))
    monkeypatch.setattr(distribution, "spec_of", lambda platform: {}[platform])
    assert (settle(row).state, row.tries, row.reason) == ("received", 1, "KeyError")


def test_what_a_lost_task_left_is_taken_up_by_the_clock(api: Api, shop: Line) -> None:
    """The queue was purged: only the row says that something waits."""
    row = posted(api, shop.message("wamid.LEFT"))
    schedule = hermes.celery.app.conf.beat_schedule.values()
    (entry,) = (entry for entry in schedule if entry["task"] == tasks.drain.name)
    assert entry["schedule"] <= 10
    tasks.drain()
    row.refresh_from_db()
    assert (row.state, messages_of(shop)) == ("done", 1)


def test_te09_a_task_names_no_customer_and_takes_no_word_of_one(
    api: Api, shop: Line, other_shop: Line
) -> None:
    row = posted(api, shop.message("wamid.OWN"))
    with pytest.raises(TypeError):
        tasks.drain.apply(args=(other_shop.connection.customer_id, row.pk), throw=True)
    tasks.drain.apply(headers={"hermes-customer": other_shop.connection.customer.public_id}, throw=True)
    row.refresh_from_db()
    assert row.state == "done"
    assert (messages_of(shop), messages_of(other_shop)) == (1, 0)


def test_l03_customers_take_turns_however_many_accounts_and_deliveries_one_has(
    api: Api, acme: Any, shop: Line, other_shop: Line, make_line: MakeLine
) -> None:
    lines = [shop, *(make_line(acme.customer, "live") for _ in range(4))]
    for n in range(40):
        posted(api, lines[n % 5].message(f"wamid.{n}", n))
    posted(api, other_shop.message("wamid.LATE"))
    ours = [line.phone_id for line in (*lines, other_shop)]
    turn = [lane for lane in turns.lanes() if lane in ours]
    assert sorted(turn) == sorted(ours)
    assert turn.index(other_shop.phone_id) < 2
    deliveries.drain(30)
    assert (sum(messages_of(line) for line in lines), messages_of(other_shop)) == (40, 1)


def test_one_that_fails_does_not_hold_up_what_is_settled_with_it(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "wamid.BAD")
    good = [posted(api, shop.message(f"wamid.{n}", n)) for n in range(5)]
    bad = posted(api, shop.message("wamid.BAD"))
    deliveries.drain(20)
    for row in (*good, bad):
        row.refresh_from_db()
    assert {row.state for row in good} == {"done"}
    assert (bad.state, bad.tries, messages_of(shop)) == ("received", 1, 5)


def test_what_ends_its_process_takes_its_neighbours_along_once_only(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def end_on_killer(rows: Any) -> Any:
        if any(b"wamid.KILLER" in bytes(row.body) for row in rows):
            raise Killed
        return distribution.distribute(rows)

    rows = [posted(api, shop.message(f"wamid.{name}")) for name in ("A", "KILLER", "B")]
    monkeypatch.setattr(deliveries, "distribute", end_on_killer)
    with pytest.raises(Killed):
        deliveries.drain(20)
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.tries) == ("received", 1)
    assert [settle(row).state for row in (rows[0], rows[2])] == ["done", "done"]
    for tries in range(2, 6):
        with pytest.raises(Killed):
            settle(rows[1])
        rows[1].refresh_from_db()
        assert rows[1].tries == tries
    assert settle(rows[1]).state == "quarantined"


def test_a_worker_that_runs_out_of_time_says_so(api: Api, shop: Line) -> None:
    for n in range(3):
        posted(api, shop.message(f"wamid.{n}", n))
    assert deliveries.drain(0) is False
    assert deliveries.drain(20) is True


def test_what_is_not_due_is_left_alone(api: Api, shop: Line) -> None:
    row = posted(api, shop.message("wamid.LATER"))
    WebhookDelivery.objects.filter(pk=row.pk).update(next_try_at=clock.now() + timedelta(seconds=60))
    deliveries.settle(row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("received", 0)


@pytest.mark.parametrize(("state", "days"), [("done", 30), ("quarantined", 30), ("unrouted", 7)])
def test_deliveries_are_kept_for_their_time(api: Api, shop: Line, state: str, days: int) -> None:
    old, young, waiting = (posted(api, shop.message(f"wamid.{uuid.uuid4().hex}")).pk for _ in range(3))
    rows = WebhookDelivery.objects
    rows.filter(pk=old).update(state=state, received_at=clock.now() - timedelta(days=days, hours=1))
    rows.filter(pk=young).update(state=state, received_at=clock.now() - timedelta(days=days, hours=-1))
    rows.filter(pk=waiting).update(received_at=clock.now() - timedelta(days=90))
    tasks.tidy_deliveries()
    assert {*rows.filter(pk__in=(old, young, waiting)).values_list("pk", flat=True)} == {young, waiting}


def test_unrouted_deliveries_are_looked_at_again_every_hour(
    api: Api, acme: Any, shop: Line, make_line: MakeLine
) -> None:
    """An account may have been linked in the very moment in which its delivery found none."""
    body = shop.message("wamid.MISSED")
    shop.connection.mode = "test"
    shop.connection.save()
    (row,) = bring(api, body)
    assert row.state == "unrouted"
    shop.connection.mode = "live"
    shop.connection.save()
    tasks.tidy_deliveries()
    row.refresh_from_db()
    assert settle(row).state == "done"


def replay(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_webhooks", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def set_aside(api: Api, shop: Line) -> Callable[[int], WebhookDelivery]:
    """A quarantined delivery received in a second of 2001 that nobody else has."""

    def make(second: int) -> WebhookDelivery:
        row = posted(api, shop.message(f"wamid.{uuid.uuid4().hex}"))
        row.state, row.tries, row.reason = "quarantined", 5, "KeyError (1)"
        row.received_at = clock.parse(f"2001-01-01T00:00:{second:02}Z")
        row.save()
        return row

    return make


def test_a_range_is_listed_then_replayed(set_aside: Callable[[int], WebhookDelivery]) -> None:
    before, first, second, after = (set_aside(n) for n in (10, 11, 12, 13))
    chosen = ("--since", "2001-01-01T00:00:11Z", "--until", "2001-01-01T00:00:13Z")
    listed = replay(*chosen, "--platform", "whatsapp", "--dry-run").splitlines()
    assert [line.split()[0] for line in listed[:-1]] == [first.public_id, second.public_id]
    assert "quarantined tries=5 KeyError (1)" in listed[0]
    assert listed[-1] == "2 deliveries would be tried again."
    assert replay(*chosen, "--platform", "telegram").splitlines() == [
        "0 deliveries are tried again, within seconds."
    ]
    assert replay(*chosen).splitlines()[-1] == "2 deliveries are tried again, within seconds."
    for row, state in ((before, "quarantined"), (first, "done"), (second, "done"), (after, "quarantined")):
        row.refresh_from_db()
        assert settle(row).state == state
    WebhookDelivery.objects.filter(pk__in=(before.pk, after.pk)).delete()


def test_what_is_done_and_dropped_cannot_be_replayed(api: Api, shop: Line) -> None:
    (row,) = bring(api, shop.message("wamid.DONE"))
    with pytest.raises(CommandError, match="its body was dropped"):
        replay("--id", row.public_id)
    assert deliveries.again(WebhookDelivery.objects.filter(pk=row.pk)) == 0
    row.refresh_from_db()
    assert row.state == "done"


@pytest.mark.parametrize("arguments", [(), ("--id", "whd_NOBODY"), ("--since", "yesterday")])
def test_a_replay_that_names_nothing_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        replay(*arguments)
