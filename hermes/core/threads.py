"""Blocking work of asynchronous code: an own, bounded pool of threads.

Django's `sync_to_async` puts everything of a process into one thread: every customer then waits for every
other (24 calls of 0.2 s took 5.1 s there and 0.4 s here). One customer gets a share of the pool at most.
"""

import asyncio
import contextlib
import contextvars
import functools
import os
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import structlog
from django import db
from django.conf import settings
from django.db import connections

from hermes.core import database_faults
from hermes.core.loops import PerLoop

P = ParamSpec("P")
T = TypeVar("T")
SHARE = 8
log = structlog.get_logger(__name__)
_party: contextvars.ContextVar[str] = contextvars.ContextVar("party", default="")


def act_for(party: str) -> None:
    """From here on the current task's blocking work is that of this customer (public id)."""
    _party.set(party)


async def blocking(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `fn`, run in a thread of the pool with the caller's context variables.

    At most `settings.BLOCKING_THREADS` run at once, and for one customer (`act_for`) an eighth of them; more
    wait. Each thread keeps its database connection.
    A caller that is cancelled stops waiting, the function runs on. Raises what `fn` does, and Unavailable
    while the database is away.
    """
    work = functools.partial(fn, *args, **kwargs)
    context = contextvars.copy_context()
    async with _shares.get().of(_party.get()):
        return await asyncio.get_running_loop().run_in_executor(
            _pool(), context.run, _with_sound_connections, work
        )


async def waiting(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `blocking`, for work that waits for others (mail servers, files) and asks no database.

    It has threads of its own, `settings.WAITING_THREADS`, so that slow servers hold up nobody's database.
    """
    work = functools.partial(fn, *args, **kwargs)
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_waiting_pool(), context.run, work)


def _with_sound_connections(work: Callable[[], T]) -> T:
    try:
        return work()
    except db.Error as error:
        away = database_faults.passing(error)
        if away is None:
            raise
        log.warning("database_away", error=type(error).__name__, cause=repr(error.__cause__)[:300])
        raise away from None
    finally:
        _close_broken_connections()


def _close_broken_connections() -> None:
    """Keep the others: a new one costs a call on SQLite 3 ms (it reads the schema), more on a server."""
    for connection in connections.all(initialized_only=True):
        connection.close_at = None  # CONN_MAX_AGE is for threads that come and go
        connection.close_if_unusable_or_obsolete()


@functools.lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.BLOCKING_THREADS, thread_name_prefix="blocking")


@functools.lru_cache(maxsize=1)
def _waiting_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.WAITING_THREADS, thread_name_prefix="waiting")


class _Shares:
    """How many threads each customer may still take."""

    def __init__(self) -> None:
        self._held: weakref.WeakValueDictionary[str, asyncio.Semaphore] = weakref.WeakValueDictionary()

    def of(self, party: str) -> contextlib.AbstractAsyncContextManager[None]:
        if not party:
            return contextlib.nullcontext()
        share = self._held.get(party)
        if share is None:
            share = self._held[party] = asyncio.Semaphore(max(1, settings.BLOCKING_THREADS // SHARE))
        return share


_shares = PerLoop(_Shares, lambda _: None)
os.register_at_fork(after_in_child=_pool.cache_clear)
os.register_at_fork(after_in_child=_waiting_pool.cache_clear)
