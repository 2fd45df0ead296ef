"""The end of this process: what would go on without end is told of it before the server waits for it.

A server that is told to stop (SIGTERM, Ctrl-C) waits for its open requests, and reports its shutdown to the
application only afterwards: streams would hold it up until its patience ends.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

_waiting: set[Callable[[], None]] = set()
_unfinished: set["asyncio.Future[Any]"] = set()
_begun = threading.Event()


def begin() -> None:
    """Tell everything that waits; call it in the event loop."""
    _begun.set()
    for tell in tuple(_waiting):
        tell()


def has_begun() -> bool:
    """Whether this process is about to end, so that nothing long should be started."""
    return _begun.is_set()


@contextlib.contextmanager
def told(tell: Callable[[], None]) -> Iterator[None]:
    """Within the block `tell` is called when the process is to end; soon, where that has begun."""
    _waiting.add(tell)
    if has_begun():
        asyncio.get_running_loop().call_soon(tell)
    try:
        yield
    finally:
        _waiting.discard(tell)


def let_finish(work: "asyncio.Future[Any]") -> None:
    """Have `drain` wait for work that goes on without whoever asked for it."""
    _unfinished.add(work)
    work.add_done_callback(_unfinished.discard)


async def drain(timeout_s: float) -> None:
    """Wait for the work that must finish, at most so many seconds."""
    if _unfinished:
        await asyncio.wait(_unfinished, timeout=timeout_s)


def begin_on_signals() -> None:
    """Let SIGTERM and SIGINT begin the end and then do what they did; call it in the event loop.

    Nothing happens outside the main thread, which alone hears signals, and where the server does not
    handle a signal itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        if callable(handler):
            signal.signal(number, _beginning(handler, asyncio.get_running_loop()))


def _beginning(
    handler: Callable[[int, FrameType | None], object], loop: asyncio.AbstractEventLoop
) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(begin)
        handler(number, frame)

    return handle
