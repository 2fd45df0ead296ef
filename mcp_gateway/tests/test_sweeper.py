"""Calls whose process died are given up once, charged once and never sent again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEntry
from hermes.core import clock
from hermes.core.errors import OutcomeUnknown
from mcp_gateway import journal, sweeper
from mcp_gateway.journal import Opened, Outcome
from mcp_gateway.models import IdempotencyRecord
from mcp_gateway.tests.test_journal import ANSWER, close, entry, open_one, opening, used, want


@pytest.fixture
def customer_id(acme: Any) -> int:
    return int(acme.customer.pk)


def open_long_ago(customer_id: int, key: str | None = None) -> Opened:
    opened = open_one(customer_id, key=key)
    AuditEntry.objects.filter(public_id=opened.call_id).update(at=clock.now() - timedelta(hours=1))
    return opened


def test_a_call_that_never_ended_becomes_of_unknown_outcome_and_stays_charged(customer_id: int) -> None:
    opened = open_long_ago(customer_id)
    assert sweeper.sweep_calls() >= 1
    row = entry(opened)
    assert (row.outcome, row.units) == ("outcome_unknown", 1)
    assert row.closed_at is not None
    assert "ended before" in row.detail
    assert used(customer_id) == 1


def test_its_key_is_never_sent_again(customer_id: int) -> None:
    open_long_ago(customer_id, key="k")
    sweeper.sweep_calls()
    with pytest.raises(OutcomeUnknown):
        open_one(customer_id, key="k")


def test_calls_that_run_and_calls_that_ended_are_left_alone(customer_id: int) -> None:
    running, ended = open_one(customer_id, key="a"), open_long_ago(customer_id, key="b")
    close(ended, Outcome("ok", answer=ANSWER))
    sweeper.sweep_calls()
    assert (entry(running).outcome, entry(ended).outcome) == ("started", "ok")
    assert IdempotencyRecord.objects.get(customer=customer_id, call_id=running.call_id).state == "started"


def test_a_call_given_up_too_early_may_still_tell_how_it_ended(customer_id: int) -> None:
    well, badly = open_long_ago(customer_id, key="a"), open_long_ago(customer_id, key="b")
    sweeper.sweep_calls()
    close(well, Outcome("ok", answer=ANSWER))
    close(badly, Outcome("platform_unavailable"))
    assert (entry(well).outcome, entry(badly).outcome) == ("ok", "platform_unavailable")
    assert used(customer_id) == 1
    assert open_one(customer_id, key="a").answer == ANSWER
    assert open_one(customer_id, key="b").answer is None


def test_a_sealed_entry_is_not_changed_by_a_late_end_but_its_key_is(customer_id: int) -> None:
    opened = open_long_ago(customer_id, key="k")
    sweeper.sweep_calls()
    AuditEntry.objects.filter(public_id=opened.call_id).update(seq=1, mac="sealed")
    close(opened, Outcome("ok", answer=ANSWER))
    assert entry(opened).outcome == "outcome_unknown"
    assert used(customer_id) == 1
    assert open_one(customer_id, key="k").answer == ANSWER


def test_sweeps_at_the_same_time_give_each_call_up_once(
    customer_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "BATCH", 7)

    async def scenario() -> list[Opened]:
        calls = (journal.open_call(opening(customer_id), want(customer_id, quota=100)) for _ in range(60))
        return list(await asyncio.gather(*calls))

    mine = [opened.call_id for opened in asyncio.run(scenario())]
    AuditEntry.objects.filter(public_id__in=mine).update(at=clock.now() - timedelta(hours=1))

    def sweep() -> int:
        try:
            return int(sweeper.sweep_calls())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        swept = sum(future.result() for future in [pool.submit(sweep) for _ in range(4)])
    assert swept >= 60
    assert AuditEntry.objects.filter(public_id__in=mine, outcome="outcome_unknown").count() == 60
    assert used(customer_id) == 60
    assert sweeper.sweep_calls() == 0


def test_expired_keys_are_forgotten_and_others_kept(
    customer_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "BATCH", 2)
    for number in range(5):
        open_one(customer_id, key=f"old{number}")
    mine = IdempotencyRecord.objects.filter(customer=customer_id)
    mine.update(expires_at=clock.now() - timedelta(seconds=1))
    kept = open_one(customer_id, key="new")
    assert sweeper.forget_expired_keys() >= 5
    assert [record.call_id for record in mine.all()] == [kept.call_id]


@pytest.fixture
def held(customer_id: int) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that has opened a call under the key `held` and does not close it; and the call's id."""
    command = [
        sys.executable,
        "-m",
        "mcp_gateway.tests.journal_program",
        "hold",
        str(customer_id),
        "1",
        "1000",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    yield process, process.stdout.readline().split()[1]
    process.kill()
    process.wait(10)
    process.stdout.close()


@pytest.mark.kill
def test_a_process_killed_between_open_and_close_is_charged_once_and_not_sent_again(
    customer_id: int, held: tuple["subprocess.Popen[str]", str], settings: Any
) -> None:
    process, call_id = held
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    row = AuditEntry.objects.filter(public_id=call_id)
    assert row.get().outcome == "started"
    row.update(at=clock.now() - timedelta(seconds=settings.CALL_GIVEN_UP_AFTER_S + 1))
    sweeper.sweep_calls()
    sweeper.sweep_calls()
    assert row.get().outcome == "outcome_unknown"
    with pytest.raises(OutcomeUnknown):
        open_one(customer_id, key="held", fingerprint="same")
    charged = AuditEntry.objects.filter(customer=customer_id, units__gt=0, tool="probe_send")
    assert [entry.public_id for entry in charged] == [call_id]
