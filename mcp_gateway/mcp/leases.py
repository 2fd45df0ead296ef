"""Open streams of a customer, counted over all processes, and whether their callers still may (R-18)."""

import secrets

from django.conf import settings

from hermes.core import epoch
from hermes.core.errors import InsufficientScope, Unavailable
from hermes.core.places import Places
from mcp_gateway import auth
from mcp_gateway.calls import Caller
from mcp_gateway.mcp.visit import Visit

STREAMS = Places("streams", what="streams", kept_s=60)


class Lease:
    """One open stream of a caller. It ends by itself after `STREAMS.kept_s` seconds without renewal."""

    __slots__ = ("_headers", "caller", "stream")

    def __init__(self, visit: Visit, stream: str | None = None) -> None:
        self.stream = stream or secrets.token_urlsafe(12)
        self.caller = visit.caller
        self._headers = visit.scope["headers"]

    @property
    def customer(self) -> str:
        """Whose stream it is."""
        return self.caller.principal.customer

    async def take(self) -> None:
        """Raises RateLimited where the customer has as many streams as it may, and Unavailable."""
        await STREAMS.take(self.customer, self.stream, settings.MCP_STREAMS_PER_CUSTOMER)

    async def renew(self) -> None:
        """Check the caller anew and keep the lease.

        Raises what authentication raises, and InsufficientScope where the caller has lost a scope since.
        """
        try:
            known = self.caller
            caller = await auth.authenticate(self._headers, address=known.address, surface=known.surface)
            if not known.principal.scopes <= caller.principal.scopes:
                raise InsufficientScope("This key may do less than before. Open a new stream.")
            await self.take()
        except Unavailable:
            return

    async def check(self) -> None:
        """Raise what authentication raises where the caller was revoked a moment ago."""
        await auth.refreshed(self.caller, await epoch.current(self.customer))

    async def release(self) -> None:
        """Give the place back."""
        await STREAMS.release(self.customer, self.stream)


async def is_open(caller: Caller, stream: str) -> bool:
    """Whether a stream of the caller's customer is held open by some process. Raises Unavailable."""
    return await STREAMS.is_held(caller.principal.customer, stream)
