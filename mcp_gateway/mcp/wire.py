"""JSON-RPC 2.0 as MCP uses it: strict reading, replies, errors (2026-07-28, basic/index)."""

import json
from typing import Any

import msgspec
from mcp_types import CLIENT_INFO_META_KEY, INVALID_REQUEST, PARSE_ERROR

ID_LIMIT_CHARS = 256
ID_LIMIT_BITS = 63
BATCH_LIMIT = 50

# Members that must not come twice: two readers of one body could take different ones.
_ENVELOPE = (b'"id"', b'"method"', b'"params"', b'"arguments"')
_ESCAPED_LATIN = b"\\u00"

_decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


class RpcError(Exception):
    """A JSON-RPC error. `data` is JSON-ready and public; `http_status` overrides the era's table."""

    def __init__(self, code: int, message: str, data: Any = None, *, http_status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
        self.http_status = http_status


def read(body: bytes) -> Any:
    """The JSON value of a body. Raises RpcError for what is no JSON, too deep, or names a member twice."""
    try:
        value = _decode(body)
        if _may_repeat(body, value):
            json.loads(body, object_pairs_hook=_without_repeats)
    except RpcError:
        raise
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise RpcError(PARSE_ERROR, "The body is not JSON that can be read.") from None
    return value


def check_message(message: Any) -> None:
    """Refuse what is no single request, notification or response; raises RpcError."""
    if type(message) is not dict or message.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, "The body must be one JSON-RPC 2.0 message.")
    if "id" in message and not is_id(message["id"]):
        raise RpcError(INVALID_REQUEST, "A request id is a string of at most 256 characters or an integer.")
    method = message.get("method")
    if method is None:
        if "id" not in message or ("result" in message) == ("error" in message):
            raise RpcError(
                INVALID_REQUEST, "The message is neither a request, a notification nor a response."
            )
    elif type(method) is not str or type(message.get("params", {})) is not dict:
        raise RpcError(INVALID_REQUEST, "A method is a string and its params are an object.")


def is_id(value: Any) -> bool:
    """Whether `value` may be a request id: short text or an integer of 64 bits."""
    if type(value) is str:
        return len(value) <= ID_LIMIT_CHARS
    return type(value) is int and value.bit_length() <= ID_LIMIT_BITS


def id_of(message: Any) -> str | int | None:
    """The id to answer with, or None where it cannot be told."""
    found = message.get("id") if type(message) is dict else None
    return found if is_id(found) else None


def reply(request_id: str | int, result: Any) -> bytes:
    """A response."""
    return encode({"jsonrpc": "2.0", "id": request_id, "result": result})


def failure(request_id: str | int | None, error: RpcError) -> bytes:
    """An error response; `id` is null where the request's could not be read."""
    told: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        told["data"] = error.data
    return encode({"jsonrpc": "2.0", "id": request_id, "error": told})


def notification(method: str, params: dict[str, Any]) -> bytes:
    """A notification."""
    return encode({"jsonrpc": "2.0", "method": method, "params": params})


def request(request_id: str, method: str, params: Any) -> bytes:
    """A request of the server's own."""
    return encode({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})


def _may_repeat(body: bytes, value: Any) -> bool:
    if type(value) is not dict or _ESCAPED_LATIN in body:
        return True
    for member in _ENVELOPE:
        if body.count(member) > 1:
            return True
    return body.count(b'"name"') > _names(value)


def _names(message: dict[str, Any]) -> int:
    """How often a well-formed request has "name": its target's and its client's."""
    params = message.get("params")
    if type(params) is not dict:
        return 0
    meta = params.get("_meta")
    client = meta.get(CLIENT_INFO_META_KEY) if type(meta) is dict else None
    return ("name" in params) + (type(client) is dict and "name" in client)


def _without_repeats(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise RpcError(INVALID_REQUEST, "A JSON object in the body names a member twice.")
