"""Rate limits: token buckets in Redis, several in one script, which also returns the customer's epoch.

A bucket is kept as the one time at which it will be full again (the generic cell rate algorithm,
ITU-T I.371), by the clock of Redis. While Redis is down each process limits by buckets of its own.
"""

import functools
import hashlib
import math
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hermes.core import epoch, metrics
from hermes.core.errors import Unavailable
from hermes.core.hot_redis import CommandRefused, ScriptMissing
from hermes.core.redis import hot, name
from hermes.core.redis_link import packed

LOCAL_LIMIT = 10_000
_SCRIPT = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local held = redis.call('MGET', unpack(KEYS))
if not held[1] then
  held[1] = t[1] .. '.' .. t[2]
  redis.call('SET', KEYS[1], held[1])
end
local full, wait, refusing = {}, 0, -1
for i = 3, #KEYS do
  local token, span = tonumber(ARGV[2 * i - 5]), tonumber(ARGV[2 * i - 4])
  local at = math.min(math.max(tonumber(held[i]) or 0, now), now + span) + token
  if at - span - now > wait then
    wait, refusing = at - span - now, i - 3
  end
  full[i] = at
end
if wait == 0 then
  for i = 3, #KEYS do
    redis.call('SET', KEYS[i], string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
  end
end
return {math.ceil(wait), refusing, held[1] .. ':' .. (held[2] or '')}
"""
_DIGEST = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


class Bucket(NamedTuple):
    """At most `capacity` calls at once, refilled at `per_minute`; `name` is unique for one subject."""

    name: str
    capacity: int
    per_minute: float

    @property
    def token_us(self) -> float:
        """Microseconds until one token is back."""
        return 60_000_000 / self.per_minute

    @property
    def span_us(self) -> float:
        """Microseconds in which an empty bucket fills."""
        return self.capacity * self.token_us


class Taken(NamedTuple):
    """Whether one token was taken from every bucket; otherwise none was.

    `refused_by` is the index of the bucket to wait longest for, `retry_after_s` how long. `epoch` is
    the subject's, None when Redis is down.
    """

    allowed: bool
    retry_after_s: float
    refused_by: int | None
    epoch: str | None


async def take(subject: str, buckets: tuple[Bucket, ...]) -> Taken:
    """Take one token from each bucket of `subject` (a customer's public id, an address)."""
    try:
        try:
            wait_us, refusing, found = await hot().send(_packed(subject, buckets))
        except ScriptMissing:
            wait_us, refusing, found = await hot().execute("EVAL", _SCRIPT, *_arguments(subject, buckets))
    except (Unavailable, CommandRefused):
        metrics.count("limited_without_redis")
        return _local.take(_keys(subject, buckets), buckets)
    if wait_us:
        return Taken(False, wait_us / 1e6, refusing, found.decode())
    return Taken(True, 0.0, None, found.decode())


def _keys(subject: str, buckets: Iterable[Bucket]) -> list[str]:
    return [name("limit", subject, bucket.name) for bucket in buckets]


@functools.lru_cache(maxsize=16_384)
def _packed(subject: str, buckets: tuple[Bucket, ...]) -> bytes:
    return packed("EVALSHA", _DIGEST, *_arguments(subject, buckets))


def _arguments(subject: str, buckets: Iterable[Bucket]) -> list[str | float]:
    keys = [epoch.GENERATION, epoch.key(subject), *_keys(subject, buckets)]
    return [len(keys), *keys, *(number for bucket in buckets for number in (bucket.token_us, bucket.span_us))]


class _LocalBuckets:
    """The same buckets in this process."""

    def __init__(self) -> None:
        self._full_at: dict[str, float] = {}

    def take(self, keys: Sequence[str], buckets: Sequence[Bucket]) -> Taken:
        now = time.monotonic() * 1e6
        pairs = list(zip(keys, buckets, strict=True))
        full = [max(self._full_at.get(key, 0.0), now) + bucket.token_us for key, bucket in pairs]
        waits = [at - bucket.span_us - now for at, bucket in zip(full, buckets, strict=True)]
        longest = max(waits, default=0.0)
        if longest > 0:
            return Taken(False, math.ceil(longest) / 1e6, waits.index(longest), None)
        self._full_at.update(zip(keys, full, strict=True))
        if len(self._full_at) > LOCAL_LIMIT:
            self._forget_full(now)
        return Taken(True, 0.0, None, None)

    def _forget_full(self, now: float) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}


_local = _LocalBuckets()
