"""Waiting for an inbox's next events: the rows are the truth, the bus only says when to look at them again.

Who waits holds no thread and no database connection; each look is one short read.
"""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Collection

from connectors.kit.conversations import StoredMessage
from hermes.core import bus, clock, closing, ids
from hermes.core.errors import Unavailable
from hermes.core.places import Places
from hermes.core.threads import blocking
from inbox import news, shapes
from inbox.events import Log
from inbox.models import Event

LIMIT_S = 50.0
LIMIT_EVENTS = 50
WAITERS_PER_CUSTOMER = 20
LOOK_AGAIN_S = 10.0
_PLACES = Places("waits", what="waiting calls", kept_s=60)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event with its message as it is stored now; `thread` is the conversation's id."""

    type: str
    at: str
    platform: str
    account: str
    thread: str
    message: StoredMessage


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """Events in their order, and the cursor after them; `more` where the next call will not wait."""

    events: list[Happening]
    cursor: str
    more: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """Whose events: a customer (its row and public id) and the mode of its key."""

    customer_id: int
    customer: str
    mode: str

    async def wait(self, *, types: Collection[str], cursor: str | None, timeout_s: float) -> Happenings:
        """The events after `cursor` (without one: from now on), as soon as there is one.

        None after `timeout_s` (at most `LIMIT_S`), or once this process is told to end. Nothing is missed
        between two waits with the cursor of the first, whatever the bus loses. Raises InvalidArgument (the
        cursor) and RateLimited where `WAITERS_PER_CUSTOMER` calls of the customer wait.
        """
        if cursor is None:
            cursor = await blocking(self._log.end)
        found = await blocking(self._look, cursor, types)
        if found.events or timeout_s <= 0:
            return found
        holder = ids.new("wait")
        # Without Redis waits are looks every `LOOK_AGAIN_S`, as many as there are.
        with contextlib.suppress(Unavailable):
            await _PLACES.take(self.customer, holder, WAITERS_PER_CUSTOMER)
        try:
            return await self._until_found(found, types, min(timeout_s, LIMIT_S))
        finally:
            await _PLACES.release(self.customer, holder)

    async def _until_found(self, found: Happenings, types: Collection[str], timeout_s: float) -> Happenings:
        end = asyncio.get_running_loop().time() + timeout_s
        stopping = asyncio.Event()
        with closing.told(stopping.set):
            async with bus.subscribe(news.topic(self.customer, self.mode)) as messages:
                # Looked at once more, now that nothing that follows is missed.
                found = await blocking(self._look, found.cursor, types)
                while not found.events and not stopping.is_set():
                    left = end - asyncio.get_running_loop().time()
                    if left <= 0:
                        break
                    await _any_of(messages, stopping, min(left, LOOK_AGAIN_S))
                    found = await blocking(self._look, found.cursor, types)
        return found

    @property
    def _log(self) -> Log:
        return Log(self.customer_id, self.mode)

    def _look(self, cursor: str, types: Collection[str]) -> Happenings:
        rows, after, more = self._log.after(cursor, types=types, limit=LIMIT_EVENTS)
        messages = shapes.messages_of([row.message for row in rows], with_statuses=False)
        told = [_happening(row, message) for row, message in zip(rows, messages, strict=True)]
        return Happenings(events=told, cursor=after, more=more)


def _happening(event: Event, message: StoredMessage) -> Happening:
    thread = event.message.thread
    assert thread is not None  # noqa: S101  (`Log.after` leaves out those without)
    return Happening(
        type=event.type,
        at=clock.iso(event.at),
        platform=thread.connection.platform,
        account=thread.connection.account,
        thread=thread.public_id,
        message=message,
    )


async def _any_of(messages: AsyncIterator[bus.Message], stopping: asyncio.Event, timeout_s: float) -> None:
    """Wait until a message comes, the process is to end, or so many seconds have passed."""
    waiting = [asyncio.ensure_future(anext(messages)), asyncio.ensure_future(stopping.wait())]
    try:
        await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
