"""HTTP+SSE, the deprecated transport of 2024-11-05: GET /sse is the stream, POST /messages/ the way in.

Any process may take a POST: it runs the request and sends what it has to say over the bus to the
process that holds the stream.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qs, quote

import msgspec
import structlog
from mcp_types import INVALID_REQUEST

from hermes.core import bus
from hermes.core.asgi import Receive, Scope, Send, respond
from hermes.core.bodies import read_body
from hermes.core.errors import HermesError
from hermes.core.redis import hot, name
from mcp_gateway.calls import Caller
from mcp_gateway.mcp import changes, handshake, leases, methods, relay, sessions, wire
from mcp_gateway.mcp.door import LIMIT_BODY_BYTES, enter
from mcp_gateway.mcp.exchange import JSON_HEADER, Exchange, Reply
from mcp_gateway.mcp.handshake import BATCH_VERSIONS, HANDSHAKE
from mcp_gateway.mcp.leases import Lease
from mcp_gateway.mcp.listening import notices, tell
from mcp_gateway.mcp.refusals import turn_away
from mcp_gateway.mcp.sessions import Session, SessionLost
from mcp_gateway.mcp.visit import Visit
from mcp_gateway.mcp.wire import RpcError

MESSAGES_PATH = "/messages/"
FIRST_VERSION = "2024-11-05"
SETTLED_KEPT_S = 24 * 3600
Work = Coroutine[Any, Any, Reply]
log = structlog.get_logger(__name__)
_running: set[asyncio.Task[None]] = set()


def sse(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer one request to /sse."""
    return enter(_serve_stream, scope, receive, send)


def messages(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer one request to /messages/."""
    return enter(_serve_message, scope, receive, send)


class Courier:
    """Takes messages to the stream of a session, whichever process holds it."""

    def __init__(self, session: Session) -> None:
        self._topic = _topic(session)

    async def emit(self, message: bytes) -> None:
        """Send one JSON-RPC message."""
        await bus.apublish(self._topic, {"rpc": message.decode()})


async def _serve_stream(visit: Visit) -> None:
    if visit.scope["method"] != "GET":
        await turn_away(visit.send, 405, "The stream is opened by GET.", [(b"allow", b"GET")])
        return
    session = sessions.begin(visit.caller.principal.customer, FIRST_VERSION, {})
    lease = Lease(visit, session.id)
    await lease.take()
    exchange = Exchange(visit.receive, visit.send, leaving_cancels=True, beat=lease.renew)
    await exchange.stream(_hold(session, exchange, lease))


async def _hold(session: Session, exchange: Exchange, lease: Lease) -> Reply:
    topics = (_topic(session), *changes.topics(lease.caller.principal))
    try:
        async with bus.subscribe(*topics) as messages:
            where = f"{MESSAGES_PATH}?session_id={quote(sessions.token(session))}"
            await exchange.write(b"event: endpoint\r\ndata: " + where.encode() + b"\r\n\r\n")
            while True:
                taken = await messages.take_all()
                for answer in [m for m in taken if "rpc" in m]:
                    await exchange.emit(answer["rpc"].encode())
                if news := [m for m in taken if "rpc" not in m]:
                    await tell(await notices(session, lease.caller, news), exchange, lease)
    finally:
        await lease.release()


async def _serve_message(visit: Visit) -> None:
    if visit.scope["method"] != "POST":
        await turn_away(visit.send, 405, "Messages are sent by POST.", [(b"allow", b"POST")])
        return
    try:
        session = await _open_session(visit)
        message = wire.read(await read_body(visit.scope, visit.receive, LIMIT_BODY_BYTES))
        work = await _work(visit.caller, session, message)
    except SessionLost:
        await turn_away(visit.send, 404, "This session has no open stream. Open /sse again.")
        return
    except RpcError as error:
        await respond(visit.send, 400, wire.failure(None, error), [JSON_HEADER])
        return
    if work is not None:
        # The answer goes to the stream, so the work outlives this request.
        task = asyncio.ensure_future(_deliver(session, work, wire.id_of(message)))
        _running.add(task)
        task.add_done_callback(_running.discard)
    await respond(visit.send, 202, b"")


async def _open_session(visit: Visit) -> Session:
    """The session a POST names, as `initialize` left it. Raises SessionLost where its stream is not open."""
    named = parse_qs(visit.scope["query_string"].decode("latin-1")).get("session_id", [""])[0]
    session = await sessions.find(named, visit.caller.principal.customer)
    if not await leases.is_open(visit.caller, session.id):
        raise SessionLost
    settled = await hot().execute("GET", _settled(session))
    return session if settled is None else msgspec.json.decode(settled, type=Session)


async def _work(caller: Caller, session: Session, message: Any) -> Work | None:
    """What is to be done for a message, None where it is done already. Raises RpcError."""
    courier = Courier(session)
    if type(message) is list:
        if session.version not in BATCH_VERSIONS:
            raise RpcError(INVALID_REQUEST, "This revision takes one message at a time.")
        handshake.check_batch(message)
        return handshake.answer_batch(caller, session, message, courier)
    wire.check_message(message)
    if "id" not in message or "method" not in message:
        await handshake.take_note(session, message)
        return None
    if message["method"] == "initialize":
        return _initialize(caller, session, message)
    return methods.answer(handshake.request_of(caller, session, message, courier), HANDSHAKE)


async def _initialize(caller: Caller, session: Session, message: Mapping[str, Any]) -> Reply:
    try:
        settled, result = handshake.initialize(caller, message.get("params", {}))
    except RpcError as error:
        return Reply(wire.failure(message["id"], error))
    settled = msgspec.structs.replace(settled, id=session.id, expires=session.expires)
    await hot().execute("SET", _settled(session), msgspec.json.encode(settled), "EX", SETTLED_KEPT_S)
    return Reply(wire.reply(message["id"], result))


async def _deliver(session: Session, work: Work, request_id: str | int | None) -> None:
    """Send what the work comes to, unless the client cancels it first."""
    working = asyncio.ensure_future(work)
    waiting: list[asyncio.Future[Any]] = [working]
    if request_id is not None:
        waiting.append(asyncio.ensure_future(relay.cancellation(session, request_id)()))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if working.done() and working.result().body:
            await Courier(session).emit(working.result().body)
    except HermesError as error:
        log.warning("sse_answer_lost", code=error.code)
    finally:
        for task in waiting:
            task.cancel()


def _topic(session: Session) -> str:
    return f"mcp:sse:{session.id}"


def _settled(session: Session) -> str:
    return name("mcp", "settled", session.id)
