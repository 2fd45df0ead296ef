"""The eras with a handshake (2024-11-05 to 2025-11-25): what `initialize` settles, and requests after it."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from mcp_types import INVALID_PARAMS, INVALID_REQUEST, URL_ELICITATION_REQUIRED
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_HANDSHAKE_VERSION

from hermes.core.errors import InvalidArgument
from mcp_gateway.calls import Caller
from mcp_gateway.mcp import about, listening, relay, sessions, wire
from mcp_gateway.mcp.exchange import Reply, Sink
from mcp_gateway.mcp.methods import COMMON, Method, Question, answer
from mcp_gateway.mcp.questions import PageRequired
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.sessions import Session
from mcp_gateway.mcp.tools import failed
from mcp_gateway.mcp.wire import RpcError

VERSIONS = frozenset(HANDSHAKE_PROTOCOL_VERSIONS)
BATCH_VERSIONS = BEFORE_LINKS = frozenset({"2024-11-05", "2025-03-26"})
BATCH_LIMIT = 50


async def ping(_: Request) -> dict[str, Any]:
    """`ping`."""
    return {}


async def set_level(request: Request) -> dict[str, Any]:
    """`logging/setLevel`, for this session."""
    if request.session is None:
        raise RpcError(INVALID_PARAMS, "A log level needs a session; initialize first.")
    try:
        await relay.set_log_level(request.session, request.params.get("level"))
    except InvalidArgument as error:
        raise RpcError(INVALID_PARAMS, error.message) from None
    return {}


class Handshake:
    """The results and errors of the handshake eras."""

    methods: Mapping[str, tuple[str, Method]] = {
        **COMMON,
        "ping": ("tools", ping),
        "logging/setLevel": ("logging", set_level),
        "resources/subscribe": ("resources", listening.watch),
        "resources/unsubscribe": ("resources", listening.unwatch),
    }

    def dress(self, request: Request, result: dict[str, Any]) -> dict[str, Any]:
        """Resource links came with 2025-06-18; older clients get them as text."""
        session = request.session
        if request.method == "tools/call" and session is not None and session.version in BEFORE_LINKS:
            result["content"] = [_without_link(block) for block in result["content"]]
        return result

    def put(self, request: Request, question: Question) -> dict[str, Any]:
        """A page to open is error -32042; what the client cannot do is a failed call."""
        if isinstance(question, PageRequired):
            data = {"elicitations": list(question.elicitations)}
            raise RpcError(URL_ELICITATION_REQUIRED, question.message, data)
        if request.method == "tools/call":
            return failed(question)
        raise RpcError(INVALID_PARAMS, question.message)

    def status(self, code: int) -> int:
        """A request that was understood is answered with 200."""
        return 400 if code == INVALID_REQUEST else 200


HANDSHAKE = Handshake()


def initialize(caller: Caller, params: Mapping[str, Any]) -> tuple[Session, dict[str, Any]]:
    """A new session and the result of `initialize`: the asked revision if it is served, else the newest."""
    asked = params.get("protocolVersion")
    if not isinstance(asked, str):
        raise RpcError(INVALID_PARAMS, "initialize needs protocolVersion.")
    version = asked if asked in VERSIONS else LATEST_HANDSHAKE_VERSION
    result = {
        "protocolVersion": version,
        "capabilities": about.capabilities(),
        "serverInfo": about.SERVER_INFO,
        "instructions": about.instructions(caller),
    }
    return sessions.begin(caller.principal.customer, version, params), result


def request_of(caller: Caller, session: Session | None, message: Mapping[str, Any], sink: Sink) -> Request:
    """The request in a message, with a link that asks on `sink`."""
    params = message.get("params", {})
    meta = params.get("_meta")
    token = meta.get("progressToken") if type(meta) is dict else None
    link = relay.RelayLink(
        sink,
        customer=caller.principal.customer,
        session=session,
        progress_token=token if wire.is_id(token) else None,
    )
    return Request(
        caller=dataclasses.replace(caller, client=session.client) if session and session.client else caller,
        id=message["id"],
        method=message["method"],
        params=params,
        link=link,
        is_handshake=True,
        session=session,
    )


async def take_note(session: Session | None, message: Mapping[str, Any]) -> None:
    """Act on a notification or response of the client; what nobody waits for is dropped."""
    if session is None:
        return
    if "method" not in message:
        await relay.pass_on_reply(session, message)
    elif message["method"] == "notifications/cancelled":
        await relay.pass_on_cancellation(session, message.get("params", {}))


def check_batch(batch: Sequence[Any]) -> None:
    """Raise RpcError unless the batch has 1 to `BATCH_LIMIT` messages, none of them `initialize`."""
    if not 0 < len(batch) <= BATCH_LIMIT:
        raise RpcError(INVALID_REQUEST, f"A batch has 1 to {BATCH_LIMIT} messages.")
    for message in batch:
        wire.check_message(message)
        if message.get("method") == "initialize":
            raise RpcError(INVALID_REQUEST, "initialize does not come in a batch.")


async def answer_batch(caller: Caller, session: Session | None, batch: Sequence[Any], sink: Sink) -> Reply:
    """The responses to a checked batch in one array; 202 where it asks nothing."""
    asked = []
    for message in batch:
        if "id" in message and "method" in message:
            asked.append(answer(request_of(caller, session, message, sink), HANDSHAKE))
        else:
            await take_note(session, message)
    replies = await asyncio.gather(*asked)
    return Reply(b"[" + b",".join(reply.body for reply in replies) + b"]") if asked else Reply(b"", 202)


def _without_link(block: Mapping[str, Any]) -> Mapping[str, Any]:
    if block.get("type") != "resource_link":
        return block
    return {"type": "text", "text": f"{block.get('name', '')}: {block.get('uri', '')}"}
