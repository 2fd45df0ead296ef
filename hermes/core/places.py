"""Places that are held for a while (open streams, waiting calls), so many per customer over all processes."""

import dataclasses

from hermes.core.errors import RateLimited, Unavailable
from hermes.core.redis import hot, name

RETRY_S = 30.0
_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return 1
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """One kind of places: `kind` names it in Redis, `what` in the refusal; one is held `kept_s` seconds."""

    kind: str
    what: str
    kept_s: int

    async def take(self, customer: str, holder: str, limit: int) -> None:
        """Take a place, or keep the one that `holder` has.

        Raises RateLimited where `limit` are taken, and Unavailable.
        """
        if not await hot().execute("EVAL", _TAKE, 1, self._key(customer), holder, limit, self.kept_s):
            raise RateLimited(
                f"{limit} {self.what} are open for this customer. Close one, then open another.",
                retry_after_s=RETRY_S,
            )

    async def release(self, customer: str, holder: str) -> None:
        """Give the place back; without Redis it is free after `kept_s`."""
        try:
            await hot().execute("ZREM", self._key(customer), holder)
        except Unavailable:
            return

    async def is_held(self, customer: str, holder: str) -> bool:
        """Whether `holder` has a place. Raises Unavailable."""
        return await hot().execute("ZSCORE", self._key(customer), holder) is not None

    def _key(self, customer: str) -> str:
        return name("places", self.kind, customer)
