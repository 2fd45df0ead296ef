"""One HTTP request's answer: JSON where the work ends soon and silently, else a stream of server-sent events.

The work runs in the request's own task. Only when it lasts longer than `PATIENCE_S` does an attendant task
start; it sees the client leave, keeps a quiet stream alive and listens for a cancellation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from hermes.core import closing
from hermes.core.asgi import Headers, Receive, Send, respond
from hermes.core.errors import HermesError

PATIENCE_S = 0.2
PING_S = 15.0
PING = b": ping\r\n\r\n"
STREAM_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)
JSON_HEADER = (b"content-type", b"application/json")
log = structlog.get_logger(__name__)

Beat = Callable[[], Awaitable[None]]


class Reply(msgspec.Struct, frozen=True):
    """What the work came to. An empty body is an answer without content."""

    body: bytes
    status: int = 200
    headers: Headers = ()


class Sink(Protocol):
    """Where messages for the client go while a request is worked on."""

    async def emit(self, message: bytes) -> None:
        """Send one JSON-RPC message; it is dropped where nobody can receive it any more."""
        ...


class Exchange:
    """The answer to one request.

    `leaving_cancels`: the client closing the connection ends the work (2026-07-28); before that era it
    does not. `cancelled` waits for a cancellation that comes by another request. `beat` is awaited at
    each ping; a HermesError from it ends the stream.
    """

    __slots__ = (
        "_attendants",
        "_beat",
        "_begun",
        "_cancelled",
        "_is_ended",
        "_is_over",
        "_last",
        "_leaving_cancels",
        "_receive",
        "_send",
        "_task",
        "_timer",
    )

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        leaving_cancels: bool,
        cancelled: Beat | None = None,
        beat: Beat | None = None,
    ) -> None:
        self._receive = receive
        self._send = send
        self._leaving_cancels = leaving_cancels
        self._cancelled = cancelled
        self._beat = beat
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._attendants: list[asyncio.Task[None]] = []
        self._begun: asyncio.Future[None] | None = None
        self._is_over = False
        self._is_ended = False
        self._last = b""

    async def answer(self, work: Awaitable[Reply]) -> None:
        """Await `work` and send what it comes to. Nothing is sent to a client that left or cancelled."""
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._attend)
        try:
            reply = await work
        except asyncio.CancelledError:
            if not self._is_ended or self._task is None:
                raise
            self._task.uncancel()
            await self._close_unanswered()
            return
        except Exception as error:
            if self._begun is None:
                raise
            log.warning("mcp_stream_broken", error=type(error).__name__)
            reply = Reply(b"")
        finally:
            self._timer.cancel()
            for attendant in self._attendants:
                attendant.cancel()
        await self._finish(reply)

    async def stream(self, work: Awaitable[Reply], farewell: bytes = b"") -> None:
        """As `answer`, as a stream from the start; `farewell` is its last message where the server ends."""
        await self.write(b"")

        def close() -> None:
            self._last = farewell
            self.end()

        with closing.told(close):
            await self.answer(work)

    async def emit(self, message: bytes) -> None:
        """Send one message as an event."""
        await self.write(event(message))

    async def write(self, chunk: bytes) -> None:
        """Send a chunk of the stream as it is, and begin the stream with it where it has not begun."""
        if self._is_over:
            return
        try:
            if self._begun is None:
                await self._begin()
            elif not self._begun.done():
                await asyncio.shield(self._begun)
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except OSError:
            self._is_over = True

    def end(self) -> None:
        """Stop the work; the answer ends without a response."""
        self._is_ended = True
        if self._task is not None:
            self._task.cancel()

    def _attend(self) -> None:
        self._ping_later()
        self._start(self._watch())
        if self._cancelled is not None:
            self._start(self._await_cancellation(self._cancelled))

    def _start(self, attendance: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(attendance)
        self._attendants.append(task)
        task.add_done_callback(self._attendants.remove)

    def _ping_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PING_S, lambda: self._start(self._ping()))

    async def _ping(self) -> None:
        self._ping_later()
        await self.write(PING)
        await self._check_beat()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_over = True
        if self._leaving_cancels:
            self.end()

    async def _check_beat(self) -> None:
        if self._beat is None:
            return
        try:
            await self._beat()
        except HermesError as refusal:
            log.info("mcp_stream_ended", code=refusal.code)
            self.end()

    async def _await_cancellation(self, cancelled: Beat) -> None:
        try:
            await cancelled()
        except HermesError:
            return
        self.end()

    async def _close_unanswered(self) -> None:
        if self._begun is None:
            await self.write(b"")
        await self._finish(Reply(self._last))

    async def _begin(self) -> None:
        self._begun = asyncio.get_running_loop().create_future()
        try:
            start = {"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS}
            await self._send(start)
        finally:
            self._begun.set_result(None)

    async def _finish(self, reply: Reply) -> None:
        if self._is_over:
            return
        self._is_over = True
        try:
            if self._begun is not None:
                await asyncio.shield(self._begun)
                last = event(reply.body) if reply.body else b""
                await self._send({"type": "http.response.body", "body": last, "more_body": False})
            else:
                content = [JSON_HEADER] if reply.body else []
                await respond(self._send, reply.status, reply.body, [*content, *reply.headers])
        except OSError:
            return


def event(message: bytes) -> bytes:
    """A JSON-RPC message as a server-sent event."""
    return b"event: message\r\ndata: " + message + b"\r\n\r\n"
