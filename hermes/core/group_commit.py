"""Group commit: what many callers write at the same time goes into one transaction.

One writer thread per process has a database connection of its own. It starts on what waits as soon as it
is free; what arrives while it commits is the next batch, so batches grow with the load and a lone caller
does not wait for company.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from hermes.core.errors import HermesError, Unavailable
from hermes.core.write_transaction import write

Item = TypeVar("Item")
Result = TypeVar("Result")
Apply = Callable[[Any, list[Item]], list[Result | Exception]]

BATCH_LIMIT = 256
QUEUE_LIMIT = 10_000
SYNC_TIMEOUT_S = 60.0
CLOSE_TIMEOUT_S = 10.0


def submit(apply: Apply[Item, Result], item: Item) -> asyncio.Future[Result]:
    """Have `item` written; await the result of `apply` for it.

    `apply(cursor, items)` gets all items of a batch that came with it, on a cursor of Django inside a
    transaction, and answers one result or exception for each. It may be called again with fewer items when
    a batch fails, and must not use the ORM. Raises what `apply` answered or raised for this item, and
    Unavailable when the database is away: the item is then not written, unless the connection broke during
    the commit itself. A caller that stops waiting does not stop the write.
    """
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    _writer.add(_Entry(apply, item, future, loop))
    return future


def submit_sync(apply: Apply[Item, Result], item: Item) -> Result:
    """As `submit`, for synchronous code. Never inside a transaction: on SQLite that waits for itself."""
    if connection.in_atomic_block:
        raise RuntimeError("submit_sync inside a transaction")
    future: concurrent.futures.Future[Result] = concurrent.futures.Future()
    _writer.add(_Entry(apply, item, future, None))
    return future.result(SYNC_TIMEOUT_S)


def close() -> None:
    """Write what waits and end the writer thread; it starts again when needed."""
    _writer.close()


class _Entry(NamedTuple):
    apply: Apply[Any, Any]
    item: Any
    future: Any
    loop: asyncio.AbstractEventLoop | None


class _Writer:
    def __init__(self) -> None:
        self._waiting: deque[_Entry] = deque()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._bell = threading.Lock()
        self._bell.acquire()
        self._asleep = False
        self._closing = False

    def add(self, entry: _Entry) -> None:
        if len(self._waiting) >= QUEUE_LIMIT:
            raise _busy()
        self._waiting.append(entry)
        if self._thread is None:
            self._start()
        elif self._asleep:
            self._asleep = False
            self._ring()

    def close(self) -> None:
        with self._starting:
            thread, self._closing = self._thread, True
            self._ring()
            if thread is not None:
                thread.join(CLOSE_TIMEOUT_S)
            self._thread, self._closing = None, False

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()

    def _ring(self) -> None:
        # Rung twice in a row (two threads may) it is already unlocked.
        with contextlib.suppress(RuntimeError):
            self._bell.release()

    def _run(self) -> None:
        while batch := self._next_batch():
            _settle(batch, write([(entry.apply, entry.item) for entry in batch]))
        connection.close()

    def _next_batch(self) -> list[_Entry]:
        waiting = self._waiting
        while not waiting and not self._closing:
            self._asleep = True
            # Looked at again after telling, so that no entry is added unheard.
            if not waiting and not self._closing:
                self._bell.acquire()
            self._asleep = False
        return [waiting.popleft() for _ in range(min(len(waiting), BATCH_LIMIT))]


def _settle(batch: list[_Entry], results: list[Any]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Any, Any]]] = {}
    for entry, result in zip(batch, results, strict=True):
        if entry.loop is None:
            _resolve([(entry.future, result)])
        else:
            by_loop.setdefault(entry.loop, []).append((entry.future, result))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, pairs)
        except RuntimeError:  # the loop has ended, and with it whoever waited
            continue


def _resolve(pairs: list[tuple[Any, Any]]) -> None:
    for future, result in pairs:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _busy() -> HermesError:
    return Unavailable("Hermes has more to write than it can. Try again in a few seconds.", retry_after_s=5)


def _begin_anew() -> None:
    global _writer  # noqa: PLW0603
    _writer = _Writer()


_writer = _Writer()
atexit.register(close)
os.register_at_fork(after_in_child=_begin_anew)
