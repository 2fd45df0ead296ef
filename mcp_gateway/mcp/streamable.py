"""Streamable HTTP of the handshake eras: each POST stands alone, GET listens, DELETE ends the session.

The session is a signed token, so any process can answer; what must reach the process that runs a
request (replies to its questions, cancellations) goes over the bus.
"""

from collections.abc import Mapping
from typing import Any

from mcp_types import INVALID_REQUEST

from hermes.core.asgi import respond
from mcp_gateway.mcp import handshake, listening, methods, relay, sessions, wire
from mcp_gateway.mcp.exchange import JSON_HEADER, Exchange
from mcp_gateway.mcp.handshake import BATCH_VERSIONS, HANDSHAKE
from mcp_gateway.mcp.refusals import turn_away
from mcp_gateway.mcp.sessions import Session, SessionLost
from mcp_gateway.mcp.visit import Visit
from mcp_gateway.mcp.wire import RpcError

SESSION_HEADER = b"mcp-session-id"
ASSUMED_VERSION = "2025-03-26"
LOST = RpcError(INVALID_REQUEST, "This session is unknown or has ended. Initialize a new one.")


async def post(visit: Visit, message: Any) -> None:
    """Answer one POST."""
    try:
        session = await _session(visit)
        if type(message) is list:
            await _answer_batch(visit, session, message)
        else:
            wire.check_message(message)
            await _answer(visit, session, message)
    except SessionLost:
        await respond(visit.send, 404, wire.failure(wire.id_of(message), LOST), [JSON_HEADER])
    except RpcError as error:
        told = wire.failure(wire.id_of(message), error)
        await respond(visit.send, HANDSHAKE.status(error.code), told, [JSON_HEADER])


async def get(visit: Visit) -> None:
    """Answer GET: the stream of a session's notifications. Raises RateLimited and Unavailable."""
    try:
        session = await _session(visit)
    except SessionLost:
        await turn_away(visit.send, 404, LOST.message)
        return
    if session is None:
        await turn_away(visit.send, 405, "A stream needs a session.", [(b"allow", b"POST")])
    elif b"text/event-stream" not in visit.headers.get(b"accept", b""):
        await turn_away(visit.send, 406, "GET answers with text/event-stream.")
    else:
        await listening.stream_session(visit, session)


async def delete(visit: Visit) -> None:
    """Answer DELETE: end the session in every process. Raises Unavailable."""
    try:
        session = await _session(visit)
    except SessionLost:
        await turn_away(visit.send, 404, LOST.message)
        return
    if session is None:
        await turn_away(visit.send, 405, "There is no session to end.", [(b"allow", b"POST")])
        return
    await sessions.end(session)
    await respond(visit.send, 204, b"")


async def _session(visit: Visit) -> Session | None:
    """The session a request names. Clients lose or renew ids between calls, so one without is served too."""
    token = visit.headers.get(SESSION_HEADER)
    if token is None:
        return None
    return await sessions.find(token.decode("latin-1"), visit.caller.principal.customer)


async def _answer(visit: Visit, session: Session | None, message: Mapping[str, Any]) -> None:
    if "id" not in message or "method" not in message:
        await handshake.take_note(session, message)
        await respond(visit.send, 202, b"")
    elif message["method"] == "initialize":
        session, result = handshake.initialize(visit.caller, message.get("params", {}))
        headers = [JSON_HEADER, (SESSION_HEADER, sessions.token(session).encode())]
        await respond(visit.send, 200, wire.reply(message["id"], result), headers)
    else:
        cancelled = relay.cancellation(session, message["id"]) if session is not None else None
        exchange = Exchange(visit.receive, visit.send, leaving_cancels=False, cancelled=cancelled)
        request = handshake.request_of(visit.caller, session, message, exchange)
        await exchange.answer(methods.answer(request, HANDSHAKE))


async def _answer_batch(visit: Visit, session: Session | None, batch: list[Any]) -> None:
    told = visit.headers.get(b"mcp-protocol-version", ASSUMED_VERSION.encode()).decode("latin-1")
    if (session.version if session is not None else told) not in BATCH_VERSIONS:
        raise RpcError(INVALID_REQUEST, "This revision takes one message at a time.")
    handshake.check_batch(batch)
    exchange = Exchange(visit.receive, visit.send, leaving_cancels=False)
    await exchange.answer(handshake.answer_batch(visit.caller, session, batch, exchange))
