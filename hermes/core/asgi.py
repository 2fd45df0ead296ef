"""What the raw ASGI doors share: reading a capped body and answering."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import msgspec

from hermes.core.errors import HermesError, TooLarge
from hermes.core.problems import CONTENT_TYPE, as_problem, problem_headers

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header (lower-case name), or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


async def read_body(scope: Scope, receive: Receive, limit_bytes: int) -> bytes:
    """The request body. Raises TooLarge as soon as it is known to exceed the limit, or ClientGone."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdecimal() and int(declared) > limit_bytes:
        raise _too_large(limit_bytes)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise ClientGone
    if not message.get("more_body", False):
        if len(body) > limit_bytes:
            raise _too_large(limit_bytes)
        return body
    chunks, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit_bytes:
            raise _too_large(limit_bytes)
    return b"".join(chunks)


async def respond(send: Send, status: int, body: bytes, headers: Headers = ()) -> None:
    """One whole answer; nosniff and no-store are added."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                *headers,
                (b"content-length", str(len(body)).encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"cache-control", b"no-store"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def respond_json(send: Send, status: int, body: Any, headers: Headers = ()) -> None:
    """A JSON answer."""
    await respond(send, status, msgspec.json.encode(body), [(b"content-type", b"application/json"), *headers])


async def respond_problem(send: Send, error: HermesError) -> None:
    """An error as problem+json."""
    extra = [
        (k.lower().encode(), v.encode()) for k, v in problem_headers(error).items() if k != "Cache-Control"
    ]
    body = msgspec.json.encode(as_problem(error))
    await respond(send, error.status, body, [(b"content-type", CONTENT_TYPE.encode()), *extra])


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit_bytes // 1024} KiB. Send less.")
