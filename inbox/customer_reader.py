"""The whole inbox of a caller: the conversations of all its connections, in one list."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from hermes.core.errors import NotFound
from hermes.core.threads import blocking
from inbox import threads
from inbox.threads import ThreadMessages
from tenants.principals import ConnectionView, Principal


def reader_of(principal: Principal) -> "CustomerReader":
    """A reader of what the principal sees: connections of its customer and its mode, and no others."""
    return CustomerReader(principal.customer_id, principal.connections)


class CustomerReader:
    """Answers are JSON-ready, in the shapes of `inbox.threads`; each is one run in the bounded pool.

    `channels` narrow a list to platforms or accounts (slug, label or id). Cursors are opaque and good for the
    same list only (else InvalidArgument).
    """

    def __init__(self, customer_id: int, connections: Sequence[ConnectionView]) -> None:
        self._customer_id = customer_id
        self._connections = connections

    async def threads(
        self,
        *,
        channels: Sequence[str] | None = None,
        unread: bool | None = None,
        since: datetime | None = None,
        needs_reply: bool | None = None,
        q: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """A `ThreadPage`, the latest first. Raises NotFound where a channel is none of the caller's."""
        chosen = self._chosen(channels)
        return await _answer(
            lambda: threads.threads(
                self._customer_id,
                chosen,
                unread=unread,
                since=since,
                needs_reply=needs_reply,
                q=q,
                limit=limit,
                cursor=cursor,
            )
        )

    async def people(
        self,
        name: str | None,
        *,
        channels: Sequence[str] | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """A `ThreadPage` of the contacts of that name, number or id, without their messages; as `threads`."""
        chosen = self._chosen(channels)
        return await _answer(
            lambda: threads.people(self._customer_id, chosen, name, limit=limit, cursor=cursor)
        )

    async def thread(
        self, thread_id: str, *, before: str | None = None, limit: int = 20, include_status: bool = False
    ) -> dict[str, Any]:
        """A `ThreadMessages`, newest first. Raises NotFound."""

        def read() -> ThreadMessages:
            return threads.messages(
                self._customer_id,
                self._chosen(None),
                thread_id,
                with_statuses=include_status,
                limit=limit,
                cursor=before,
            )

        return await _answer(read)

    async def held_with(self, contact: str) -> list[dict[str, Any]]:
        """The conversations with exactly this contact (platform id or number), the best for an answer first.

        First those in which it can be answered freely, then by when it last wrote.
        """
        page = await _answer(lambda: threads.held_with(self._customer_id, self._chosen(None), contact))
        held: list[dict[str, Any]] = page["threads"]
        held.sort(key=lambda t: (t["window"].get("open") is not False, t.get("last_in_at", "")), reverse=True)
        return held

    async def counts(self, channel: str, window_h: float | None) -> dict[str, Any]:
        """How many conversations, unread messages and (of that many hours) open windows a channel has."""
        chosen = self._chosen([channel])
        return await blocking(lambda: threads.counts(self._customer_id, chosen, window_h))

    def _chosen(self, channels: Sequence[str] | None) -> list[int]:
        if channels is None:
            return [c.id for c in self._connections]
        chosen: dict[int, None] = {}
        for channel in channels:
            found = [c.id for c in self._connections if channel in (c.platform, c.account, c.public_id)]
            if not found:
                raise NotFound(
                    f"No connected channel is called '{channel[:80]}'. Use a platform, label or id of "
                    "hermes_list_connections.",
                    details={"argument": "channels"},
                )
            chosen |= dict.fromkeys(found)
        return list(chosen)


async def _answer(read: Callable[[], msgspec.Struct]) -> dict[str, Any]:
    answer: dict[str, Any] = await blocking(lambda: msgspec.to_builtins(read()))
    return answer
