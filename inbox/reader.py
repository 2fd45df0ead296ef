"""The stored conversations of one connection as connectors read them: `InboxReader` over the tables."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET

from connectors.kit.context import InboxReader
from connectors.kit.conversations import (
    NOTICE,
    Arrivals,
    ConversationMessages,
    ConversationPage,
    MessagePage,
    Window,
)
from hermes.core import clock
from hermes.core.errors import InvalidArgument, NotFound
from hermes.core.threads import blocking
from inbox import listing, shapes
from inbox.listing import View
from inbox.search import search
from inbox.waiting import Waiter
from tenants import routing


def reader(customer_id: int, connection_id: int) -> InboxReader:
    """A reader of one connection of one customer; rows of others answer like rows that never were."""
    return _Reader(customer_id, connection_id)


class _Reader:
    """Each question is one run in the bounded pool, with the ORM."""

    def __init__(self, customer_id: int, connection_id: int) -> None:
        self._customer_id = customer_id
        self._connection_id = connection_id
        self._view = View(customer_id=customer_id, connection_ids=(connection_id,))

    async def conversations(
        self,
        *,
        unread: bool | None,
        window_open: bool | None,
        since: datetime | None,
        limit: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """As the protocol says; `window_open=False` keeps those that are closed or unknown."""

        def read() -> ConversationPage:
            now = clock.now()
            border = None if window_open is None else now - self._window()
            rows, after = listing.conversations(
                self._view,
                unread=unread,
                since=since,
                heard_since=border if window_open else None,
                silent_since=border if window_open is False else None,
                limit=limit,
                cursor=cursor,
            )
            return ConversationPage(
                conversations=shapes.conversations_of(rows, listing.last_messages(self._view, rows), now),
                notice=NOTICE,
                next_cursor=after or UNSET,
            )

        return await _answer(read)

    async def conversation(
        self, contact: str, *, before: str | None, limit: int, include_status: bool
    ) -> dict[str, Any]:
        """As the protocol says."""

        def read() -> ConversationMessages:
            thread = self._view.thread(contact)
            rows, after = listing.messages(self._view, thread, limit=limit, cursor=before)
            told = msgspec.structs.asdict(shapes.conversation_of(thread, clock.now()))
            return ConversationMessages(
                **told,
                messages=shapes.messages_of(rows, with_statuses=include_status),
                notice=NOTICE,
                next_cursor=after or UNSET,
            )

        return await _answer(read)

    async def search(
        self,
        query: str,
        *,
        contact: str | None,
        since: datetime | None,
        until: datetime | None,
        direction: str | None,
        limit: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """As the protocol says: messages that have every word of `query`."""

        def read() -> MessagePage:
            rows, after = search(
                self._view,
                query,
                contact=contact,
                since=since,
                until=until,
                direction=direction,
                limit=limit,
                cursor=cursor,
            )
            found = shapes.messages_of(rows, with_statuses=False)
            return MessagePage(messages=found, notice=NOTICE, next_cursor=after or UNSET)

        return await _answer(read)

    async def message(self, upstream_id: str) -> dict[str, Any]:
        """As the protocol says; also by our own id."""
        return await _answer(
            lambda: shapes.messages_of([self._view.message(upstream_id)], with_statuses=True)[0]
        )

    async def window(self, contact: str) -> dict[str, Any]:
        """As the protocol says."""

        def read() -> Window:
            try:
                return shapes.window_of(self._view.thread(contact), clock.now())
            except NotFound:
                return Window()

        return await _answer(read)

    async def wait(self, *, contact: str | None, cursor: str | None, timeout_s: float) -> dict[str, Any]:
        """As the protocol says."""
        own = await blocking(routing.owned, self._customer_id, self._connection_id)
        waiter = Waiter(customer_id=self._customer_id, customer=own.customer.public_id, mode=own.mode)
        end = time.monotonic() + timeout_s
        while True:
            left_s = max(end - time.monotonic(), 0.0)
            found = await waiter.wait(types=("message.received",), cursor=cursor, timeout_s=left_s)
            cursor = found.cursor
            messages = [
                event.message
                for event in found.events
                if (event.platform, event.account) == (own.platform, own.account)
                and contact in (None, event.message.contact)
            ]
            if messages or not found.events:
                arrivals = Arrivals(messages=messages, cursor=cursor, timed_out=not messages, notice=NOTICE)
                answer: dict[str, Any] = msgspec.to_builtins(arrivals)
                return answer

    def _window(self) -> timedelta:
        hours = shapes.window_hours(routing.owned(self._customer_id, self._connection_id).platform)
        if hours is None:
            raise InvalidArgument(
                "This platform has no service window; ask without 'window_open'.",
                details={"argument": "window_open"},
            )
        return timedelta(hours=hours)


async def _answer(read: Callable[[], msgspec.Struct]) -> dict[str, Any]:
    answer: dict[str, Any] = await blocking(lambda: msgspec.to_builtins(read()))
    return answer
