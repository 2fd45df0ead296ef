"""The era without sessions (2026-07-28): every POST says for itself its revision, client and method."""

import dataclasses
from collections.abc import Awaitable, Mapping
from typing import Any

from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    CLIENT_INFO_META_KEY,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    PARSE_ERROR,
    PROTOCOL_VERSION_META_KEY,
    SERVER_INFO_META_KEY,
    UNSUPPORTED_PROTOCOL_VERSION,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from hermes.core.asgi import respond
from mcp_gateway.calls import Caller
from mcp_gateway.mcp import about, listening, mirrored, rounds, wire
from mcp_gateway.mcp.exchange import JSON_HEADER, Exchange
from mcp_gateway.mcp.methods import COMMON, Method, Question, answer
from mcp_gateway.mcp.questions import InputRequired, MissingCapability
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.sessions import client_name
from mcp_gateway.mcp.visit import Visit
from mcp_gateway.mcp.wire import RpcError

VERSIONS = frozenset(MODERN_PROTOCOL_VERSIONS)
SUPPORTED = [*reversed(MODERN_PROTOCOL_VERSIONS), *reversed(HANDSHAKE_PROTOCOL_VERSIONS)]
LOG_LEVEL_META_KEY = "io.modelcontextprotocol/logLevel"
LISTS_TTL_MS = 60_000
READ_TTL_MS = 0  # a client that does not subscribe must not take what it read a minute ago for the inbox
LISTEN = "subscriptions/listen"
STATUSES = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    MISSING_REQUIRED_CLIENT_CAPABILITY: 400,
    UNSUPPORTED_PROTOCOL_VERSION: 400,
    METHOD_NOT_FOUND: 404,
}
CACHEABLE = frozenset(
    {
        "server/discover",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
        "resources/read",
    }
)
_STAMP = {SERVER_INFO_META_KEY: about.SERVER_INFO}


async def discover(request: Request) -> dict[str, Any]:
    """`server/discover`: what a client may know before its first call."""
    return {
        "supportedVersions": SUPPORTED,
        "capabilities": about.capabilities(),
        "instructions": about.instructions(request.caller),
    }


class Modern:
    """The results and errors of 2026-07-28."""

    methods: Mapping[str, tuple[str, Method]] = {**COMMON, "server/discover": ("tools", discover)}

    def dress(self, request: Request, result: dict[str, Any]) -> dict[str, Any]:
        """Say that it is complete, who answers, and how long a list stays good for this caller alone."""
        dressed = {"resultType": "complete", **result}
        dressed["_meta"] = {**_STAMP, **result["_meta"]} if "_meta" in result else _STAMP
        if request.method in CACHEABLE:
            dressed["ttlMs"] = READ_TTL_MS if request.method == "resources/read" else LISTS_TTL_MS
            dressed["cacheScope"] = "private"
        return dressed

    def put(self, request: Request, question: Question) -> dict[str, Any]:
        """Another round, or the error for a client that did not declare what is needed."""
        if isinstance(question, InputRequired) and request.method in rounds.METHODS:
            return rounds.as_result(question, request.caller, request.method, request.params)
        required = question.required if isinstance(question, MissingCapability) else {}
        data = {"requiredCapabilities": required}
        raise RpcError(MISSING_REQUIRED_CLIENT_CAPABILITY, question.message, data)

    def status(self, code: int) -> int:
        """By the table of basic/transports/streamable-http; what it does not name stays 200."""
        return STATUSES.get(code, 200)


MODERN = Modern()


def is_meant(version: bytes | None, message: Any) -> bool:
    """Whether a request is of this era: by a version header of no earlier one, or by its envelope."""
    if version is not None and version.decode("latin-1") not in HANDSHAKE_PROTOCOL_VERSIONS:
        return True
    params = message.get("params") if type(message) is dict else None
    meta = params.get("_meta") if type(params) is dict else None
    return type(meta) is dict and PROTOCOL_VERSION_META_KEY in meta


def serve(visit: Visit, message: Any) -> Awaitable[None]:
    """The answer to one POST, to be awaited; it keeps of the message only what it needs."""
    try:
        wire.check_message(message)
        if "id" not in message:
            _check_version(visit.headers.get(b"mcp-protocol-version", b"").decode("latin-1"))
            return respond(visit.send, 202, b"")
        meta = _check_envelope(visit, message)
        if message["method"] == LISTEN:
            return listening.subscribe(visit, message["id"], message["params"].get("notifications"))
        exchange = Exchange(visit.receive, visit.send, leaving_cancels=True)
        request = _request(visit.caller, message, meta, exchange)
    except RpcError as error:
        told = wire.failure(wire.id_of(message), error)
        return respond(visit.send, MODERN.status(error.code), told, [JSON_HEADER])
    return exchange.answer(answer(request, MODERN))


def _request(caller: Caller, message: dict[str, Any], meta: Mapping[str, Any], exchange: Exchange) -> Request:
    client = client_name(meta.get(CLIENT_INFO_META_KEY))
    params = message["params"]
    token = meta.get("progressToken")
    link = rounds.RoundsLink(
        exchange,
        customer=caller.principal.customer,
        capabilities=meta[CLIENT_CAPABILITIES_META_KEY],
        progress_token=token if wire.is_id(token) else None,
        log_floor=meta.get(LOG_LEVEL_META_KEY),
        answers=rounds.answers_of(caller, message["method"], params),
    )
    return Request(
        caller=dataclasses.replace(caller, client=client) if client else caller,
        id=message["id"],
        method=message["method"],
        params=params,
        link=link,
        is_handshake=False,
    )


def _check_envelope(visit: Visit, message: dict[str, Any]) -> Mapping[str, Any]:
    """`params._meta`, once it and the headers agree."""
    if "method" not in message:
        raise RpcError(INVALID_REQUEST, "This revision takes no responses from clients.")
    params = message.get("params", {})
    meta = params.get("_meta")
    if type(meta) is not dict or PROTOCOL_VERSION_META_KEY not in meta:
        raise RpcError(INVALID_PARAMS, f"params._meta must carry {PROTOCOL_VERSION_META_KEY}.")
    if type(meta.get(CLIENT_CAPABILITIES_META_KEY)) is not dict:
        raise RpcError(INVALID_PARAMS, f"params._meta must carry {CLIENT_CAPABILITIES_META_KEY}, an object.")
    headers = visit.headers
    if len(headers) != len(visit.scope["headers"]):
        mirrored.refuse_doubled(visit.scope)
    version, method = meta[PROTOCOL_VERSION_META_KEY], message["method"]
    mirrored.check(headers, b"mcp-protocol-version", version)
    mirrored.check(headers, b"mcp-method", method)
    _check_version(version)
    name = mirrored.NAMED_BY.get(method)
    if name is not None and name in params:
        mirrored.check(headers, b"mcp-name", params[name])
    if method == "tools/call":
        mirrored.check_arguments(headers, params)
    return meta


def _check_version(version: str) -> None:
    if version not in VERSIONS:
        data = {"supported": SUPPORTED, "requested": version[:64]}
        raise RpcError(UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", data)
