"""The MCP endpoint as a raw ASGI application: checks in the order that reveals least, then the era's own way.

It stands before Django and its middleware, because those cost ten times what a call does (docs/adr/0004).
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hermes.core.asgi import ClientGone, Receive, Scope, Send, respond
from hermes.core.bodies import read_body
from hermes.core.errors import HermesError
from mcp_gateway.mcp import gate, modern, streamable, wire
from mcp_gateway.mcp.exchange import JSON_HEADER
from mcp_gateway.mcp.refusals import drain, refuse, turn_away
from mcp_gateway.mcp.visit import Visit, admit
from mcp_gateway.mcp.wire import RpcError

LIMIT_BODY_BYTES = 4 << 20
ALLOW = (b"allow", gate.ALLOWED_METHODS)
Serve = Callable[[Visit], Awaitable[None]]
log = structlog.get_logger(__name__)


def mcp(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer one request to /mcp."""
    return enter(_serve, scope, receive, send)


async def enter(serve: Serve, scope: Scope, receive: Receive, send: Send) -> None:
    """Let `serve` answer a request that may be here at all; what it raises before it answered is an answer.

    Daphne logs an unhandled exception a second later, and the client never hears of it.
    """
    headers = dict(scope["headers"])
    visit = None
    try:
        origin = gate.check(scope, headers)
        if origin is not None:
            send = gate.with_cors(send, origin)
        if scope["method"] == "OPTIONS":
            await respond(send, 204, b"", gate.preflight_headers(headers))
            return
        visit = await admit(scope, headers, receive, send)
        await serve(visit)
    except gate.Refused as refused:
        await drain(receive)
        await turn_away(send, refused.status, refused.reason)
    except ClientGone:
        return
    except HermesError as error:
        if visit is None:
            await drain(receive)
        await refuse(send, error)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("mcp_request_failed", method=scope["method"])
        await turn_away(send, 500, "Hermes failed; the fault is logged. Try again later.")


def _serve(visit: Visit) -> Awaitable[None]:
    method = visit.scope["method"]
    if method == "POST":
        return _serve_post(visit)
    if modern.is_meant(visit.headers.get(b"mcp-protocol-version"), None):
        return turn_away(visit.send, 405, "This revision is spoken by POST.", [(b"allow", b"POST")])
    if method == "GET":
        return streamable.get(visit)
    if method == "DELETE":
        return streamable.delete(visit)
    return turn_away(visit.send, 405, "This endpoint is spoken to by POST.", [ALLOW])


async def _serve_post(visit: Visit) -> None:
    headers = visit.headers
    if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
        await turn_away(visit.send, 415, "The body must be application/json.")
    elif not _accepts_both(headers.get(b"accept")):
        await turn_away(visit.send, 406, "Accept must list application/json and text/event-stream.")
    else:
        await _serve_body(visit, await read_body(visit.scope, visit.receive, LIMIT_BODY_BYTES))


def _serve_body(visit: Visit, body: bytes) -> Awaitable[None]:
    """The era's answer. Not a coroutine of its own, so that a stream does not keep body and message."""
    try:
        message = wire.read(body)
    except RpcError as error:
        return respond(visit.send, 400, wire.failure(None, error), [JSON_HEADER])
    if modern.is_meant(visit.headers.get(b"mcp-protocol-version"), message):
        return modern.serve(visit, message)
    return streamable.post(visit, message)


def _accepts_both(accept: bytes | None) -> bool:
    if accept is None or b"*/*" in accept:
        return True
    accept = accept.lower()
    return (b"application/json" in accept or b"application/*" in accept) and b"text/event-stream" in accept
