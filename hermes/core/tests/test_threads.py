"""The pool for blocking work: side by side, bounded, and with nothing left open."""

import asyncio
import contextvars
import threading
from typing import Any

import pytest
from django import db
from django.db import connections

from hermes.core import threads
from hermes.core.errors import Unavailable
from hermes.core.threads import blocking

word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="none")


def test_blocking_work_runs_side_by_side() -> None:
    together = threading.Barrier(8, timeout=10)

    async def scenario() -> list[int]:
        return await asyncio.gather(*(blocking(together.wait) for _ in range(8)))

    assert sorted(asyncio.run(scenario())) == list(range(8))


def test_no_more_threads_run_than_are_set(settings: Any) -> None:
    settings.BLOCKING_THREADS = 2
    threads._pool.cache_clear()
    running, most, count = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with count:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with count:
            running -= 1

    async def scenario() -> None:
        await asyncio.gather(*(blocking(work) for _ in range(10)))

    try:
        asyncio.run(scenario())
    finally:
        threads._pool().shutdown()
        threads._pool.cache_clear()
    assert most == 2


def test_arguments_results_errors_and_context_pass_through() -> None:
    def work(left: int, *, right: int) -> tuple[int, str]:
        if right == 0:
            raise ZeroDivisionError
        return left // right, word.get()

    async def scenario() -> tuple[int, str]:
        word.set("told")
        with pytest.raises(ZeroDivisionError):
            await blocking(work, 1, right=0)
        return await blocking(work, 6, right=3)

    assert asyncio.run(scenario()) == (2, "told")


def test_a_thread_keeps_no_database_connection() -> None:
    def work() -> Any:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        return connections["default"]

    async def scenario() -> Any:
        return await blocking(work)

    assert asyncio.run(scenario()).connection is None


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (db.InterfaceError("connection already closed"), Unavailable),
        (db.OperationalError(2006, "Server has gone away"), Unavailable),
        (db.OperationalError(1213, "Deadlock found"), Unavailable),
        (db.IntegrityError(1062, "Duplicate entry"), db.IntegrityError),
        (db.ProgrammingError("no such table"), db.ProgrammingError),
    ],
)
def test_f12_a_database_that_is_away_is_told_as_such_and_a_fault_of_ours_as_it_is(
    raised: db.Error, told: type[Exception]
) -> None:
    def work() -> None:
        raise raised

    async def scenario() -> None:
        await blocking(work)

    with pytest.raises(told):
        asyncio.run(scenario())
