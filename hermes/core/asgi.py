"""What the raw ASGI doors share: headers, clients that leave, and answering."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeVar

import msgspec

from hermes.core.errors import HermesError
from hermes.core.problems import CONTENT_TYPE, as_problem, problem_headers

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
T = TypeVar("T")
PATIENCE_S = 0.2


class ClientGone(Exception):
    """The client closed the connection before its request was whole, or before it was answered."""


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header (lower-case name), or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


async def while_client_stays(receive: Receive, work: Awaitable[T]) -> T:
    """Await `work` for a client whose request is whole; its leaving cancels the work and raises ClientGone.

    Nobody is watched for the first `PATIENCE_S`: most work is done by then.
    """
    working, gone = asyncio.current_task(), False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        if working is not None:
            working.cancel()

    watching: list[asyncio.Task[None]] = []
    timer = asyncio.get_running_loop().call_later(
        PATIENCE_S, lambda: watching.append(asyncio.ensure_future(watch()))
    )
    try:
        return await work
    except asyncio.CancelledError:
        if not gone or working is None:
            raise
        working.uncancel()
        raise ClientGone from None
    finally:
        timer.cancel()
        for watcher in watching:
            watcher.cancel()


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


async def respond_problem(send: Send, error: HermesError, headers: Headers = ()) -> None:
    """An error as problem+json; `headers` take the place of its own of the same name."""
    own = {k.lower().encode(): v.encode() for k, v in problem_headers(error).items() if k != "Cache-Control"}
    told = {b"content-type": CONTENT_TYPE.encode(), **own, **dict(headers)}
    await respond(send, error.status, msgspec.json.encode(as_problem(error)), told.items())
