"""Celery's clock under a lease: of several beats one sends what is periodic, another when that is gone."""

import uuid
from typing import Any

import redis
import structlog
from celery.beat import PersistentScheduler

from hermes.core.redis import name, sync_client

LEASE_S = 15
ASK_EVERY_S = 5.0
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
log = structlog.get_logger(__name__)


class LeasedScheduler(PersistentScheduler):  # type: ignore[misc]  # Celery is untyped
    """Sends what is due while it holds the lease. Without Redis every beat sends: the tasks bear it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.holder = uuid.uuid4().hex
        self.holds = False
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; the seconds until the next look."""
        holds = self._hold()
        if holds != self.holds:
            log.info("beat_lease", holds=holds)
        self.holds = holds
        if not holds:
            return ASK_EVERY_S
        until_next: float = super().tick(*args, **kwargs)
        return min(until_next, ASK_EVERY_S)

    def close(self) -> None:
        """Leave the lease to the next one."""
        super().close()
        try:
            if self._hold():
                sync_client().delete(_key())
        except redis.RedisError:
            return

    def _hold(self) -> bool:
        try:
            return bool(sync_client().eval(_HOLD, 1, _key(), self.holder, LEASE_S))
        except redis.RedisError as away:
            log.warning("beat_without_lease", error=type(away).__name__)
            return True


def _key() -> str:
    return name("beat")
