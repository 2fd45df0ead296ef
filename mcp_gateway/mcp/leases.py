"""Open streams of a customer, counted over all processes, and whether their callers still may (R-18)."""

import secrets

from django.conf import settings

from hermes.core.errors import RateLimited, Unavailable
from hermes.core.redis import hot, name
from mcp_gateway import auth
from mcp_gateway.calls import Caller
from mcp_gateway.mcp.visit import Visit

KEPT_S = 60
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


class Lease:
    """One open stream of a caller. It ends by itself `KEPT_S` seconds after the last renewal."""

    def __init__(self, visit: Visit, stream: str | None = None) -> None:
        self.stream = stream or secrets.token_urlsafe(12)
        self._caller = visit.caller
        self.customer = visit.caller.principal.customer
        self._headers = visit.scope["headers"]

    async def take(self) -> None:
        """Raises RateLimited where the customer has as many streams as it may, and Unavailable."""
        limit = settings.MCP_STREAMS_PER_CUSTOMER
        taken = await hot().execute("EVAL", _TAKE, 1, _key(self._caller), self.stream, limit, KEPT_S)
        if not taken:
            raise RateLimited(
                f"{limit} streams are open for this customer. Close one, then open another.",
                retry_after_s=RETRY_S,
            )

    async def renew(self) -> None:
        """Check the credential anew and keep the lease; raises what authentication raises."""
        try:
            await auth.authenticate(self._headers, address=self._caller.address, surface=self._caller.surface)
            await self.take()
        except Unavailable:
            return

    async def release(self) -> None:
        """Give the place back."""
        try:
            await hot().execute("ZREM", _key(self._caller), self.stream)
        except Unavailable:
            return


async def is_open(caller: Caller, stream: str) -> bool:
    """Whether a stream of the caller's customer is held open by some process. Raises Unavailable."""
    return await hot().execute("ZSCORE", _key(caller), stream) is not None


def _key(caller: Caller) -> str:
    return name("mcp", "streams", caller.principal.customer)
