"""Bodies on their way in: capped, whole within a deadline, and large ones a few at a time."""

import asyncio
from types import TracebackType
from typing import Self

from hermes.core.asgi import ClientGone, Receive, Scope, header
from hermes.core.errors import Late, TooLarge, Unavailable
from hermes.core.loops import PerLoop

DEADLINE_S = 30.0
LARGE_BYTES = 64 << 10
LARGE_AT_ONCE = 2
TURN_S = 10.0  # how long one waits to be let in; a body held up holds no memory meanwhile


class Room:
    """Room for one body while it is read and used; a large one takes one of `LARGE_AT_ONCE` places.

    So what strangers post at the same time cannot fill the memory, and what is small never waits for it.
    """

    def __init__(self) -> None:
        self._place: asyncio.Semaphore | None = None

    async def __aenter__(self) -> Self:
        """Room for a small body."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the place back."""
        if self._place is not None:
            self._place.release()

    async def enlarge(self) -> None:
        """Take a place, unless it has one. Raises Unavailable where none becomes free in time."""
        if self._place is not None:
            return
        places = _places.get()
        try:
            async with asyncio.timeout(TURN_S):
                await places.acquire()
        except TimeoutError:
            raise Unavailable(
                "Too many large bodies are on their way. Send it again in a minute.", retry_after_s=60
            ) from None
        self._place = places


async def read_body(scope: Scope, receive: Receive, limit_bytes: int, room: Room | None = None) -> bytes:
    """The request body; in `room`, if given, it takes a place when it turns out to be large.

    Raises TooLarge as soon as it is known to exceed the limit, Late where it is not whole within
    `DEADLINE_S`, ClientGone, and Unavailable where there is no room for it.
    """
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdecimal() and int(declared) > limit_bytes:
        raise _too_large(limit_bytes)
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await _read(receive, limit_bytes, room)
    except TimeoutError:
        raise Late(f"The body was not whole within {DEADLINE_S:.0f} s. Send it again.") from None


async def _read(receive: Receive, limit_bytes: int, room: Room | None) -> bytes:
    body, has_more = await _next(receive)
    if not has_more:
        if len(body) > limit_bytes:
            raise _too_large(limit_bytes)
        return body
    parts = bytearray(body)
    while has_more:
        if room is not None and len(parts) > LARGE_BYTES:
            await room.enlarge()
        body, has_more = await _next(receive)
        parts += body
        if len(parts) > limit_bytes:
            raise _too_large(limit_bytes)
    return bytes(parts)


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message.get("body", b""), message.get("more_body", False)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit_bytes // 1024} KiB. Send less.")


_places = PerLoop(lambda: asyncio.Semaphore(LARGE_AT_ONCE), lambda _: None)
