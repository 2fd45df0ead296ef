"""One transaction for a batch of items; failures are sorted out so that one bad item spoils no other."""

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django import db
from django.db import connection

from hermes.core import metrics
from hermes.core.database_faults import Fault, fault, is_busy
from hermes.core.errors import Unavailable

Task = tuple[Callable[[Any, list[Any]], list[Any]], Any]
ATTEMPTS = 6
LOCK_WAIT_S = 2
SQLITE_LOOK_S = 0.001
AWAY_PAUSE_S = 0.5
RETRY_AFTER_S = 2
log = structlog.get_logger(__name__)
_away_until = 0.0


def write(tasks: Sequence[Task]) -> list[Any]:
    """Call each `apply` once with all items that came with it, in one transaction.

    One result or exception per task, in their order. A batch whose data is at fault is repeated item by
    item, one that lost a deadlock as a whole. While the database is away every task gets Unavailable.
    Uses the calling thread's connection; never raises.
    """
    started = time.perf_counter()
    try:
        results = _write_patiently(tasks)
    except Exception as error:  # noqa: BLE001  (it is handed to who waits for the item)
        if fault(error) is not Fault.DATA:
            return _put_off(tasks, error)
        if len(tasks) == 1:
            return [error]
        return [result for task in tasks for result in write([task])]
    metrics.batch_written("group_commit", len(tasks), time.perf_counter() - started)
    return results


def _write_patiently(tasks: Sequence[Task]) -> list[Any]:
    # A connection kept from before may have died unnoticed: only a new one that fails is an outage.
    may_reconnect = connection.connection is not None
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _write_once(tasks)
        except _CommitUnconfirmed:
            raise
        except Exception as error:
            kind = fault(error)
            if kind is Fault.DATA or attempt == ATTEMPTS or (kind is Fault.AWAY and not may_reconnect):
                raise
            if kind is Fault.AWAY:
                may_reconnect = False
            else:
                time.sleep(random.uniform(0.5, 1.0) * 0.002 * 2**attempt)  # noqa: S311  (spreads rivals)
    raise AssertionError("the last attempt raises")


def _write_once(tasks: Sequence[Task]) -> list[Any]:
    if time.monotonic() < _away_until:
        raise db.InterfaceError("the database was away a moment ago")
    try:
        with _cursor() as cursor:
            _begin(cursor)
            results = _apply(cursor, tasks)
            _commit(cursor)
            return results
    except Exception as error:
        _roll_back(error)
        raise


def _begin(cursor: Any) -> None:
    if connection.vendor != "sqlite":
        cursor.execute("START TRANSACTION")
        return
    # SQLite's own waiting looks ever more rarely, up to every 100 ms: who writes much would never let us in.
    until = time.monotonic() + float(connection.settings_dict["OPTIONS"]["timeout"])
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except db.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(SQLITE_LOOK_S)
        else:
            return


def _cursor() -> Any:
    if connection.connection is not None:
        return connection.cursor()
    cursor = connection.cursor()
    if connection.vendor == "sqlite":
        # What is recorded here survives a power cut (docs/adr/0007-group-commit.md).
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA busy_timeout = 0")
    else:
        cursor.execute("SET SESSION innodb_lock_wait_timeout = %s", [LOCK_WAIT_S])
    return cursor


def _apply(cursor: Any, tasks: Sequence[Task]) -> list[Any]:
    places: dict[Callable[[Any, list[Any]], list[Any]], list[int]] = {}
    for place, (apply, _) in enumerate(tasks):
        places.setdefault(apply, []).append(place)
    results: list[Any] = [None] * len(tasks)
    for apply, mine in places.items():
        for place, result in zip(mine, apply(cursor, [tasks[p][1] for p in mine]), strict=True):
            results[place] = result
    return results


class _CommitUnconfirmed(db.InterfaceError):
    """The connection broke during COMMIT: the transaction may stand or not, so it is not repeated."""


def _commit(cursor: Any) -> None:
    try:
        cursor.execute("COMMIT")
    except Exception as error:
        if fault(error) is Fault.AWAY:
            raise _CommitUnconfirmed from error
        raise


def _roll_back(error: Exception) -> None:
    if fault(error) is not Fault.AWAY and connection.connection is not None:
        with contextlib.suppress(Exception):
            connection.connection.rollback()
            return
    connection.close()


def _put_off(tasks: Sequence[Task], error: Exception) -> list[Any]:
    global _away_until  # noqa: PLW0603
    if time.monotonic() >= _away_until:
        log.error(
            "database_away", items=len(tasks), error=type(error).__name__, cause=repr(error.__cause__)[:300]
        )
        metrics.count("database_away")
        _away_until = time.monotonic() + AWAY_PAUSE_S
    return [
        Unavailable(
            "The database is briefly unavailable. Try again in a few seconds.", retry_after_s=RETRY_AFTER_S
        )
        for _ in tasks
    ]
