"""Whether this process can work: `/healthz` for the process itself, `/readyz` for all that it needs."""

import asyncio
import dataclasses
import functools
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from hermes.core import redis

LIMIT_S = 2.0
log = structlog.get_logger(__name__)


class NotReady(Exception):
    """A check's finding, in a sentence that anyone may read: no host, no secret."""


Check = Callable[[], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One check's result. `ms` is how long it took."""

    ok: bool
    ms: float
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All findings by the name of their check."""

    checks: dict[str, Finding]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(finding.ok for finding in self.checks.values())

    def as_json(self) -> dict[str, object]:
        """`{"status": "ok" | "failing", "checks": {name: {"ok", "ms", "detail"?}}}`."""
        return {
            "status": "ok" if self.ok else "failing",
            "checks": {
                name: {"ok": f.ok, "ms": f.ms} | ({"detail": f.detail} if f.detail else {})
                for name, f in self.checks.items()
            },
        }


_checks: dict[str, Check] = {}
_running: dict[str, Future[Finding]] = {}
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


def register(name: str, check: Check) -> None:
    """Add a check to `/readyz`. It runs in a thread of its own and raises NotReady where it does not pass."""
    _checks[name] = check


def healthz() -> dict[str, str]:
    """The answer of a process that is alive."""
    return {"status": "ok"}


def readyz() -> Report:
    """Run all checks side by side, none for longer than 2 s.

    A check that still hangs from an earlier time is not started again, so that a black hole
    behind it holds one thread and no more.
    """
    started = _start()
    wait(started.values(), timeout=LIMIT_S)
    return _report(started)


async def areadyz() -> Report:
    """`readyz` without holding up the event loop."""
    started = _start()
    waiting = [asyncio.wrap_future(future) for future in started.values()]
    _, late = await asyncio.wait(waiting, timeout=LIMIT_S)
    for future in late:
        future.cancel()
    return _report(started)


def _start() -> dict[str, Future[Finding]]:
    for name, check in _checks.items():
        if name not in _running or _running[name].done():
            _running[name] = _threads.submit(_find, name, check)
    return {name: _running[name] for name in _checks}


def _report(started: dict[str, Future[Finding]]) -> Report:
    late = Finding(False, LIMIT_S * 1000, f"No answer within {LIMIT_S:g} s.")
    return Report(
        {name: f.result() if f.done() and not f.cancelled() else late for name, f in started.items()}
    )


def _find(name: str, check: Check) -> Finding:
    started = time.perf_counter()
    detail = ""
    try:
        check()
    except NotReady as finding:
        detail = str(finding)
    except Exception as error:  # noqa: BLE001  (whatever it is, the answer is "not ready")
        log.warning("health check failed", check=name, error=repr(error))
        detail = "It failed; the log says why."
    finally:
        connections.close_all()
    return Finding(detail == "", round((time.perf_counter() - started) * 1000, 1), detail)


def _database() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _redis() -> None:
    redis.sync_client().ping()


@functools.cache
def _migrations() -> None:
    # A pass is kept: a process does not outlive the code whose migrations it has seen applied.
    if pending := _pending_migrations():
        raise NotReady(f"{pending} migrations are not applied; run 'python manage.py migrate'.")


def _pending_migrations() -> int:
    executor = MigrationExecutor(connections["default"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


register("database", _database)
register("redis", _redis)
register("migrations", _migrations)
