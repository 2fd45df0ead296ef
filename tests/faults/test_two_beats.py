"""F23: several beats on one Redis; each periodic task is sent by one of them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from hermes import beat
from hermes.beat import LeasedScheduler
from hermes.celery import app
from hermes.core.redis import sync_client

Start = Callable[[str], LeasedScheduler]


@pytest.fixture
def sent() -> list[str]:
    return []


@pytest.fixture
def start(tmp_path: Path, sent: list[str], monkeypatch: pytest.MonkeyPatch) -> Start:
    """Start a beat whose tasks are all due; what it sends is written down."""
    sync_client().delete(beat._key())
    monkeypatch.setattr(LeasedScheduler, "apply_entry", lambda self, entry, producer: sent.append(entry.task))
    monkeypatch.setattr(LeasedScheduler, "producer", None)

    def begin(name: str) -> LeasedScheduler:
        scheduler = LeasedScheduler(app, schedule_filename=str(tmp_path / name))
        make_due(scheduler)
        return scheduler

    return begin


def make_due(scheduler: LeasedScheduler) -> None:
    for entry in scheduler.schedule.values():
        entry.last_run_at -= timedelta(days=2)
    scheduler._heap = None


def run(scheduler: LeasedScheduler) -> None:
    """As its service does until it would sleep."""
    while not scheduler.tick():
        continue


def test_f23_of_two_beats_one_sends_each_task_once(start: Start, sent: list[str]) -> None:
    first, second = start("first"), start("second")
    for _ in range(3):
        run(first)
        run(second)
    assert sorted(sent) == sorted(entry.task for entry in first.schedule.values())


def test_the_other_goes_on_when_the_first_has_ended(start: Start, sent: list[str]) -> None:
    first, second = start("first"), start("second")
    run(first)
    run(second)
    once = len(sent)
    first.close()
    run(second)
    assert len(sent) == 2 * once


def test_the_other_goes_on_when_the_first_was_killed(start: Start, sent: list[str]) -> None:
    first, second = start("first"), start("second")
    run(first)
    assert 0 < sync_client().ttl(beat._key()) <= beat.LEASE_S
    sync_client().delete(beat._key())  # what time does to the lease of one that was killed
    run(second)
    once = len(sent) // 2
    make_due(first)
    run(first)
    assert len(sent) == 2 * once


def test_without_redis_periodic_tasks_go_on(
    start: Start, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start("first")
    monkeypatch.setattr(settings, "REDIS_URL", "unix:///nowhere/redis.sock")
    run(first)
    assert sent
