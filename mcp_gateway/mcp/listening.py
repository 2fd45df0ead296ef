"""Streams that stay open for what the server says: `subscriptions/listen`, and GET of the handshake eras."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any

from mcp_types import INVALID_PARAMS

from hermes.core import bus
from hermes.core.redis import hot, name
from mcp_gateway.calls import Caller
from mcp_gateway.mcp import about, changes, offered, wire
from mcp_gateway.mcp.exchange import Exchange, Reply
from mcp_gateway.mcp.leases import Lease
from mcp_gateway.mcp.prompts import unknown_resource
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.sessions import Session
from mcp_gateway.mcp.visit import Visit
from mcp_gateway.mcp.wire import RpcError
from tenants.changes import topic as customer_topic

SUBSCRIPTION_META_KEY = "io.modelcontextprotocol/subscriptionId"
URIS_LIMIT = 100
URI_LIMIT_CHARS = 2048
GATHERED_S = 0.1  # what follows a notification is gathered for so long: a burst is told as one change
WATCH_KEPT_S = 24 * 3600


def subscribe(visit: Visit, request_id: str | int, asked: Any) -> Awaitable[None]:
    """The answer to `subscriptions/listen`, to be awaited until the client leaves or may no longer listen.

    Raises RpcError for a bad filter at once; awaited, RateLimited and Unavailable before anything is sent.
    """
    return _subscribed(visit, request_id, _honoured(visit.caller, asked))


async def _subscribed(visit: Visit, request_id: str | int, honoured: Mapping[str, Any]) -> None:
    lease = Lease(visit)
    await lease.take()
    exchange = Exchange(visit.receive, visit.send, leaving_cancels=True, beat=lease.renew)
    meta = {SUBSCRIPTION_META_KEY: request_id}
    farewell = wire.reply(request_id, {"resultType": "complete", "_meta": meta})
    await exchange.stream(_tell_subscriber(meta, honoured, exchange, lease), farewell)


async def _tell_subscriber(
    meta: Mapping[str, Any], honoured: Mapping[str, Any], exchange: Exchange, lease: Lease
) -> Reply:
    principal = lease.caller.principal
    kinds = [kind for kind in changes.LISTS if f"{kind}ListChanged" in honoured]
    uris = honoured.get("resourceSubscriptions", ())
    try:
        # Subscribed before it is acknowledged, so that nothing after the acknowledgement is missed.
        async with bus.subscribe(*changes.topics(principal)) as messages:
            told = {"notifications": honoured, "_meta": meta}
            await exchange.emit(wire.notification("notifications/subscriptions/acknowledged", told))
            while True:
                changed = changes.changes_in(await messages.take_all(), principal.mode)
                await tell(changed.told(kinds, uris, meta), exchange, lease)
                del changed  # nothing is kept while a stream waits: streams are many
                await asyncio.sleep(GATHERED_S)
    finally:
        await lease.release()


async def stream_session(visit: Visit, session: Session) -> None:
    """Answer GET with the notifications for a session; a newer stream of the session takes its place.

    Raises RateLimited and Unavailable before anything is sent.
    """
    lease = Lease(visit)
    await lease.take()
    exchange = Exchange(visit.receive, visit.send, leaving_cancels=True, beat=lease.renew)
    await exchange.stream(_tell_session(session, exchange, lease))


async def _tell_session(session: Session, exchange: Exchange, lease: Lease) -> Reply:
    try:
        async with bus.subscribe(*changes.topics(lease.caller.principal)) as messages:
            own = {"session": session.id, "stream": lease.stream}
            await bus.apublish(customer_topic(session.customer), own)
            while True:
                taken = await messages.take_all()
                if any(m.get("session") == session.id and m.get("stream") != lease.stream for m in taken):
                    break
                await tell(await notices(session, lease.caller, taken), exchange, lease)
                del taken
                await asyncio.sleep(GATHERED_S)
    finally:
        await lease.release()
    return Reply(b"")


async def tell(notifications: Sequence[bytes], exchange: Exchange, lease: Lease) -> None:
    """Send notifications to a caller that may still have them; raises what authentication raises."""
    if notifications:
        await lease.check()
    for notification in notifications:
        await exchange.emit(notification)


async def notices(session: Session, caller: Caller, messages: Iterable[Mapping[str, Any]]) -> list[bytes]:
    """The notifications bus messages mean for a handshake session whose stream `caller` holds."""
    changed = changes.changes_in(messages, caller.principal.mode)
    uris: list[str] = []
    if changed.uris or changed.missed:
        watched = [uri.decode() for uri in await hot().execute("SMEMBERS", _watched(session))]
        uris = [uri for uri in sorted(watched) if offered.find_resource(caller, uri)]
    return changed.told(about.features(), uris)


async def watch(request: Request) -> dict[str, Any]:
    """`resources/subscribe`: tell this session of changes of a resource."""
    session, uri = _asked(request)
    if offered.find_resource(request.caller, uri) is None:
        raise unknown_resource(request, uri)
    if await hot().execute("SCARD", _watched(session)) >= URIS_LIMIT:
        raise RpcError(INVALID_PARAMS, f"A session may watch {URIS_LIMIT} resources; unsubscribe from one.")
    added = hot().execute("SADD", _watched(session), uri)
    await hot().execute("EXPIRE", _watched(session), WATCH_KEPT_S)
    await added
    return {}


async def unwatch(request: Request) -> dict[str, Any]:
    """`resources/unsubscribe`."""
    session, uri = _asked(request)
    await hot().execute("SREM", _watched(session), uri)
    return {}


def _asked(request: Request) -> tuple[Session, str]:
    uri = request.params.get("uri")
    if request.session is None or not isinstance(uri, str) or len(uri) > URI_LIMIT_CHARS:
        raise RpcError(INVALID_PARAMS, "A subscription needs a session and the resource's uri.")
    return request.session, uri


def _watched(session: Session) -> str:
    return name("mcp", "watched", session.id)


def _honoured(caller: Caller, asked: Any) -> dict[str, Any]:
    """The part of a filter that is served: kinds that exist here, and up to `URIS_LIMIT` URIs of resources.

    Whether there is such a conversation is not looked up: a foreign one is as one that never was.
    """
    uris = asked.get("resourceSubscriptions", []) if isinstance(asked, dict) else None
    if not isinstance(uris, list) or len(uris) > URIS_LIMIT or not all(isinstance(u, str) for u in uris):
        raise RpcError(
            INVALID_PARAMS, f"notifications must be an object, with at most {URIS_LIMIT} resources."
        )
    flags = {kind: f"{kind}ListChanged" for kind in changes.LISTS if kind in about.features()}
    honoured: dict[str, Any] = {flag: True for flag in flags.values() if asked.get(flag) is True}
    if found := [u for u in uris if len(u) <= URI_LIMIT_CHARS and offered.find_resource(caller, u)]:
        honoured["resourceSubscriptions"] = found
    return honoured
