"""A stream of the event loop as a blocking line, for mail libraries that run in a thread.

All reading and writing shares one deadline and one budget of bytes, so that a server that drips, floods or
announces a gigabyte costs what is set here and no more.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from hermes.core import egress

T = TypeVar("T")
CHUNK_BYTES = 65_536
_NOW_S = 0.001


class Broken(OSError):
    """The line ended, was cut, came too late or carried too much."""


class Wire:
    """One connection to a mail server, also in the manner of a socket and of the file made from it."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        within_s: float,
        limit_bytes: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._ends = self._loop.time() + within_s
        self._reader = reader
        self._writer = writer
        self._left_bytes = limit_bytes
        self._buffer = bytearray()

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        if size > self._left_bytes + len(self._buffer):
            raise Broken("more than is held")
        while len(self._buffer) < size:
            self._fill()
        return self._take(size)

    def readline(self, limit: int) -> bytes:
        """A line with its end, or its first `limit` bytes."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0 and len(self._buffer) < limit:
            searched = len(self._buffer)
            self._fill()
        return self._take(min(end + 1, limit) if end >= 0 else limit)

    def sendall(self, data: bytes) -> None:
        """Write all of it, as fast as the server takes it."""
        view = memoryview(data)
        for start in range(0, len(view), CHUNK_BYTES):
            self._await(self._send(view[start : start + CHUNK_BYTES]))

    def makefile(self, mode: str) -> Self:  # noqa: ARG002  (the library's)
        """Itself."""
        return self

    def close(self) -> None:
        """Nothing: whoever dialled closes the stream."""

    def start_tls(self, host: str) -> None:
        """Go on in TLS with the server that `host` names, verified.

        Raises Broken also where the server, or somebody between, had said more before TLS began: it would
        pass for said inside (CVE-2011-0411).
        """
        if self._buffer:
            raise Broken("said before TLS")
        self._await(self._secure(host))

    async def _secure(self, host: str) -> None:
        await self._writer.start_tls(egress.tls_context(), server_hostname=host)
        try:
            async with asyncio.timeout(_NOW_S):
                await self._reader.read(1)
        except TimeoutError:
            return
        raise Broken("said before TLS")

    async def _send(self, data: memoryview) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def _fill(self) -> None:
        chunk = self._await(self._reader.read(CHUNK_BYTES))
        self._left_bytes -= len(chunk)
        if not chunk or self._left_bytes < 0:
            raise Broken("ended" if not chunk else "more than is held")
        self._buffer += chunk

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work` in the event loop; Broken where it fails or the time is over."""
        doing = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return doing.result(max(self._ends - self._loop.time(), 0))
        except (OSError, RuntimeError, ValueError) as broken:
            doing.cancel()
            raise Broken("cut") from broken
