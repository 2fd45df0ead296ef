"""Messages by their words, newest first (docs/adr/0010-search-by-signatures.md).

An index tells which messages may have the words; only those are read. A search reads none but the
caller's own messages, and its page ends early, with a cursor, rather than read too many.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet

from inbox import cursors
from inbox.cursors import Position
from inbox.listing import LIMIT_ROWS, View, page_of, saying
from inbox.models import GRAMS, Message
from inbox.signature import signature

LIMIT_READ = 20_000
_FIRST_READ = 200
_MOST_READ = 2_000
_THREADS_FROM = 300


def search(
    view: View,
    query: str,
    *,
    contact: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    direction: str | None = None,
    limit: int,
    cursor: str | None,
) -> tuple[list[Message], str | None]:
    """A page of messages whose text has every word of `query`, in any case, and the cursor of the next.

    A page may hold fewer than `limit`, even none, and still have a cursor. Raises InvalidArgument (cursor).
    """
    rows = saying(view.messages.filter(thread__isnull=False), query)
    given = {"at__gte": since, "at__lt": until}
    bounds = {name: value for name, value in given.items() if value is not None}
    if direction is not None:
        rows = rows.filter(direction=direction)
    if contact is not None:
        rows = rows.filter(thread__in=view.threads_with(contact).order_by(), **bounds)
        return page_of(rows, "at", cursor, listing="search", owner=view.owner, limit=limit)
    limit = max(1, min(limit, LIMIT_ROWS))
    after = None if cursor is None else cursors.read(cursor, listing="search", owner=view.owner)
    found, rest = _Search(view, query, rows, bounds).newest(after, limit + 1)
    if len(found) > limit:
        rest = found[limit - 1]
    told = {m.pk: m for m in view.messages.filter(pk__in=[pk for _, pk in found[:limit]])}
    page = [told[pk] for _, pk in found[:limit] if pk in told]
    return page, None if rest is None else cursors.write(rest, listing="search", owner=view.owner)


def threads_saying(view: View, query: str) -> set[int]:
    """The threads (rows) of the newest messages that have every word of `query`, of at most 300 messages."""
    rows = saying(view.messages.filter(thread__isnull=False), query)
    found, _ = _Search(view, query, rows, {}).newest(None, _THREADS_FROM)
    held = view.messages.filter(pk__in=[pk for _, pk in found]).order_by()
    return set(held.values_list("thread_id", flat=True))


@dataclasses.dataclass(frozen=True, slots=True)
class _Search:
    """`rows` are what is looked for, `bounds` their times."""

    view: View
    query: str
    rows: QuerySet[Message]
    bounds: Mapping[str, datetime]

    def newest(self, after: Position | None, count: int) -> tuple[list[Position], Position | None]:
        """The newest over all connections; and where reading ended before all was looked at."""
        found: list[Position] = []
        ends: list[Position] = []
        for connection_id in self.view.connection_ids:
            some, end = self._of_connection(connection_id, after, count)
            found += some
            ends += [end] if end is not None else []
        found.sort(reverse=True)
        if not ends:
            return found[:count], None
        # Below the latest end some connection has not been looked at.
        end = max(ends)
        return [position for position in found if position >= end][:count], end

    def _of_connection(
        self, connection_id: int, after: Position | None, count: int
    ) -> tuple[list[Position], Position | None]:
        candidates = self._candidates(connection_id)
        found: list[Position] = []
        read, size = 0, _FIRST_READ
        while len(found) < count:
            batch = _batch(candidates, after, size)
            hits = self._hits([pk for _, pk in batch])
            found += [position for position in batch if position[1] in hits]
            if len(batch) < size:
                return found, None
            after, read, size = batch[-1], read + size, min(size * 2, _MOST_READ)
            if read >= LIMIT_READ // len(self.view.connection_ids):
                return found, after
        return found, None

    def _candidates(self, connection_id: int) -> QuerySet[Message]:
        """What has the bits of the query's words; answered by the index `message_grams` alone."""
        rows: QuerySet[Message] = Message.objects.of(self.view.customer_id)
        rows = rows.filter(connection=connection_id, **self.bounds)
        for name, bits in zip(GRAMS, signature(self.query), strict=True):
            if bits:
                common = ExpressionWrapper(F(name).bitand(bits), BigIntegerField())
                rows = rows.alias(**{f"{name}_bits": common}).filter(**{f"{name}_bits": bits})
        return rows

    def _hits(self, ids: Sequence[int]) -> set[int]:
        found = self.rows.filter(pk__in=ids) if ids else self.rows.none()
        return set(found.order_by().values_list("pk", flat=True))


def _batch(rows: QuerySet[Message], after: Position | None, size: int) -> list[Position]:
    if after is not None:
        # Said in this way, the index is entered at the time; an OR of both conditions would read it whole.
        rows = rows.filter(at__lte=after[0]).exclude(at=after[0], pk__gte=after[1])
    return list(rows.order_by("-at", "-pk").values_list("at", "pk")[:size])
