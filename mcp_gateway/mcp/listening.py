"""Streams that stay open for what the server says: `subscriptions/listen`, and GET of the handshake eras."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any

from mcp_types import INVALID_PARAMS

from hermes.core import bus
from hermes.core.redis import hot, name
from mcp_gateway.mcp import about, changes, wire
from mcp_gateway.mcp.exchange import Exchange, Reply
from mcp_gateway.mcp.leases import Lease
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.sessions import Session
from mcp_gateway.mcp.visit import Visit
from mcp_gateway.mcp.wire import RpcError
from tenants.changes import topic as customer_topic

SUBSCRIPTION_META_KEY = "io.modelcontextprotocol/subscriptionId"
URIS_LIMIT = 100
WATCH_KEPT_S = 24 * 3600


def subscribe(visit: Visit, request_id: str | int, asked: Any) -> Awaitable[None]:
    """The answer to `subscriptions/listen`, to be awaited until the client leaves or may no longer listen.

    Raises RpcError for a bad filter at once; awaited, RateLimited and Unavailable before anything is sent.
    """
    return _subscribed(visit, request_id, _honoured(asked))


async def _subscribed(visit: Visit, request_id: str | int, honoured: Mapping[str, Any]) -> None:
    lease = Lease(visit)
    await lease.take()
    exchange = Exchange(visit.receive, visit.send, leaving_cancels=True, beat=lease.renew)
    await exchange.stream(_tell_subscriber(request_id, honoured, exchange, lease))


async def _tell_subscriber(
    request_id: str | int, honoured: Mapping[str, Any], exchange: Exchange, lease: Lease
) -> Reply:
    meta = {SUBSCRIPTION_META_KEY: request_id}
    uris = honoured.get("resourceSubscriptions", ())
    try:
        # Subscribed before it is acknowledged, so that nothing after the acknowledgement is missed.
        async with bus.subscribe(customer_topic(lease.customer)) as messages:
            told = {"notifications": honoured, "_meta": meta}
            await exchange.emit(wire.notification("notifications/subscriptions/acknowledged", told))
            async for message in messages:
                for kind in changes.lists_in(message):
                    if f"{kind}ListChanged" in honoured:
                        await exchange.emit(changes.list_changed(kind, meta))
                if message.get("uri") in uris:
                    await exchange.emit(changes.updated(message["uri"], meta))
    finally:
        await lease.release()
    return Reply(wire.reply(request_id, {"resultType": "complete", "_meta": meta}))


async def stream_session(visit: Visit, session: Session) -> None:
    """Answer GET with the notifications for a session; a newer stream of the session takes its place.

    Raises RateLimited and Unavailable before anything is sent.
    """
    lease = Lease(visit)
    await lease.take()
    exchange = Exchange(visit.receive, visit.send, leaving_cancels=True, beat=lease.renew)
    await exchange.stream(_tell_session(session, exchange, lease))


async def _tell_session(session: Session, exchange: Exchange, lease: Lease) -> Reply:
    topic = customer_topic(session.customer)
    try:
        async with bus.subscribe(topic) as messages:
            await bus.apublish(topic, {"session": session.id, "stream": lease.stream})
            async for message in messages:
                if message.get("session") == session.id and message.get("stream") != lease.stream:
                    break
                async for told in notices(session, message):
                    await exchange.emit(told)
    finally:
        await lease.release()
    return Reply(b"")


async def notices(session: Session, message: Mapping[str, Any]) -> AsyncIterator[bytes]:
    """The notifications a bus message means for a handshake session."""
    for kind in changes.lists_in(message):
        if kind in about.features():
            yield changes.list_changed(kind)
    uri = message.get("uri")
    if uri and await hot().execute("SISMEMBER", _watched(session), uri):
        yield changes.updated(uri)


async def watch(request: Request) -> dict[str, Any]:
    """`resources/subscribe`: tell this session of changes of a resource."""
    session, uri = _asked(request)
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
    if request.session is None or not isinstance(uri, str) or len(uri) > 2048:
        raise RpcError(INVALID_PARAMS, "A subscription needs a session and the resource's uri.")
    return request.session, uri


def _watched(session: Session) -> str:
    return name("mcp", "watched", session.id)


def _honoured(asked: Any) -> dict[str, Any]:
    """The part of a filter that is served: kinds that exist here, and up to `URIS_LIMIT` URIs."""
    uris = asked.get("resourceSubscriptions", []) if isinstance(asked, dict) else None
    if not isinstance(uris, list) or len(uris) > URIS_LIMIT or not all(isinstance(u, str) for u in uris):
        raise RpcError(
            INVALID_PARAMS, f"notifications must be an object, with at most {URIS_LIMIT} resources."
        )
    flags = {kind: f"{kind}ListChanged" for kind in changes.LISTS if kind in about.features()}
    honoured: dict[str, Any] = {flag: True for flag in flags.values() if asked.get(flag) is True}
    if uris and "resources" in about.features():
        honoured["resourceSubscriptions"] = uris
    return honoured
