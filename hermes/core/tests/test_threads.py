"""The pool for blocking work: side by side, bounded, and fair."""

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django import db
from django.conf import settings
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


def test_slow_servers_hold_up_no_work_on_the_database(settings: Any) -> None:
    settings.WAITING_THREADS = settings.BLOCKING_THREADS = 1
    threads._pool.cache_clear()
    threads._waiting_pool.cache_clear()
    answered = threading.Event()

    async def scenario() -> bool:
        slow = asyncio.ensure_future(threads.waiting(answered.wait, 30))
        await blocking(answered.set)
        return await slow

    try:
        assert asyncio.run(scenario())
    finally:
        for pool in (threads._pool, threads._waiting_pool):
            pool().shutdown()
            pool.cache_clear()


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


def test_r29_one_customer_takes_a_share_of_the_threads_and_leaves_the_others() -> None:
    together = threading.Barrier(3, timeout=10)
    over = threading.Event()
    running, most, count = 0, 0, threading.Lock()

    def noisy() -> None:
        nonlocal running, most
        with count:
            running += 1
            most = max(most, running)
        over.wait(10)
        with count:
            running -= 1

    async def loud() -> None:
        threads.act_for("cus_noisy")
        await asyncio.gather(*(blocking(noisy) for _ in range(40)))

    async def quiet(customer: str) -> None:
        threads.act_for(customer)
        await blocking(together.wait)

    async def scenario() -> None:
        flood = asyncio.ensure_future(loud())
        await asyncio.sleep(0)
        await asyncio.gather(*(asyncio.ensure_future(quiet(f"cus_{n}")) for n in range(3)))
        over.set()
        await flood

    asyncio.run(scenario())
    assert most <= settings.BLOCKING_THREADS // threads.SHARE


def _handle() -> Any:
    """The handle of this thread's database connection."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
    return connections["default"].connection


@pytest.fixture
def one_thread(settings: Any) -> Iterator[None]:
    settings.BLOCKING_THREADS = 1
    threads._pool.cache_clear()
    yield
    threads._pool().submit(connections.close_all).result()
    threads._pool().shutdown()
    threads._pool.cache_clear()


@pytest.mark.usefixtures("one_thread")
def test_a_thread_keeps_its_database_connection() -> None:
    async def scenario() -> bool:
        return await blocking(_handle) is await blocking(_handle)

    assert asyncio.run(scenario())


@pytest.mark.usefixtures("one_thread")
def test_f12_a_connection_that_broke_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_it() -> Any:
        handle, own = _handle(), connections["default"]
        own.errors_occurred = True
        monkeypatch.setattr(own, "is_usable", lambda: False)
        return handle

    async def scenario() -> bool:
        return await blocking(break_it) is await blocking(_handle)

    assert not asyncio.run(scenario())


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
