"""A platform replaced by its stand-in, whose state is kept in Redis."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connectors import sandbox
from connectors.kit.context import HttpResponse
from connectors.sandbox import AuthorizationServer, Emission, Standin
from hermes.core import redis
from hermes.core.errors import NotFound
from hermes.core.threads import blocking

Deliver = Callable[[str, str, Sequence[Emission]], None]
_delivered_by: list[Deliver] = []


def deliver_by(deliver: Deliver) -> None:
    """Say who brings a stand-in's events back in; called once, when the apps are ready.

    `deliver(public id of the connection, platform, emissions)` runs in a thread.
    """
    _delivered_by[:] = [deliver]


class RedisStore:
    """A stand-in's state in Redis (`connectors.sandbox.SandboxStore`), gone when Redis is emptied."""

    def __init__(self, customer: str, connection: str) -> None:
        self._place = ("sandbox", customer, connection)

    async def get(self, name: str) -> Any:
        """As `SandboxStore.get`; raises Unavailable without Redis."""
        kept = await redis.hot().execute("GET", redis.name(*self._place, name))
        return None if kept is None else msgspec.json.decode(kept)

    async def put(self, name: str, value: Any, *, ttl_s: int) -> None:
        """As `SandboxStore.put`; raises Unavailable without Redis."""
        key = redis.name(*self._place, name)
        if value is None:
            await redis.hot().execute("DEL", key)
        else:
            await redis.hot().execute("SET", key, msgspec.json.encode(value), "EX", str(ttl_s))


class SandboxHttp:
    """`Http` answered by a stand-in. What it posts is handed on where a connection is named (public id)."""

    def __init__(self, standin: Standin | AuthorizationServer, platform: str, connection: str | None) -> None:
        self._standin = standin
        self._platform = platform
        self._connection = connection

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:
        """One exchange with the stand-in."""
        try:
            return await self._standin.request(method, url, **asked)
        finally:
            events, self._standin.events = self._standin.events, []
            if events and self._connection is not None:
                for deliver in _delivered_by:
                    await blocking(deliver, self._connection, self._platform, events)


def authorization_of(customer: str, platform: str) -> AuthorizationServer:
    """The stand-in of the platform's authorization server, for a customer (public id). Raises NotFound."""
    found = sandbox.authorization(platform, RedisStore(customer, f"oauth-{platform}"))
    if found is None:
        raise NotFound(f"Signing in at {platform} is not simulated in the sandbox. Connect with credentials.")
    return found


def standin_of(customer: str, connection: str, platform: str) -> Standin:
    """The stand-in behind a sandbox connection (public ids). Raises NotFound where the platform has none."""
    found = sandbox.standin(platform, RedisStore(customer, connection))
    if found is None:
        raise NotFound(f"There is no sandbox for {platform} yet. Connect it with a live key.")
    return found
