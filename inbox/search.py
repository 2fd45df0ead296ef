"""Messages by their words, newest first (docs/adr/0010-search-by-signatures.md).

An index tells which messages may have the words; only those are read. A search reads none but the
caller's own messages, and its page ends early, with a cursor, rather than read too many.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, QuerySet

from inbox import cursors
from inbox.cursors import Position
from inbox.listing import LIMIT_ROWS, View, page_of, saying
from inbox.models import GRAMS, Message
from inbox.signature import signature
from tenants import connections

LIMIT_READ = 5_000
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
        """The newest over all connections; and where reading ended before all was looked at.

        Each connection is read on from where it stands, as long as something newer than the last of those
        found so far may lie there.
        """
        lanes = [_Lane(self._candidates(pk), after) for pk in self._in_use()]
        found: list[Position] = []
        read, size = 0, _FIRST_READ
        while ahead := [lane for lane in lanes if lane.is_ahead(found, count)]:
            if read >= LIMIT_READ:
                # Below the latest end some connection has not been looked at.
                end = max(lane.end for lane in ahead if lane.end is not None)
                return [position for position in found if position >= end][:count], end
            batch = [position for lane in ahead for position in lane.next(size)]
            hits = self._hits([pk for _, pk in batch])
            found = sorted([*found, *(p for p in batch if p[1] in hits)], reverse=True)
            read, size = read + len(batch), min(size * 2, _MOST_READ)
        return found[:count], None

    def _in_use(self) -> list[int]:
        """The connections that have a message; each of the others would cost a query."""
        held = Message.objects.of(self.view.customer_id).filter(connection=OuterRef("pk"))
        rows = connections.listed(self.view.customer_id).filter(Exists(held), pk__in=self.view.connection_ids)
        return list(rows.values_list("pk", flat=True))

    def _candidates(self, connection_id: int) -> QuerySet[Message]:
        """What has the bits of the query's words; answered by the index `message_signature` alone."""
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


class _Lane:
    """The candidates of one connection, the newest first, read down to `end`."""

    def __init__(self, candidates: QuerySet[Message], after: Position | None) -> None:
        self._candidates = candidates
        self.end = after
        self._is_begun = self._is_done = False

    def is_ahead(self, found: Sequence[Position], count: int) -> bool:
        """Whether it may have one that belongs among the first `count` of those found (sorted)."""
        if self._is_done or not self._is_begun or self.end is None:
            return not self._is_done
        return len(found) < count or self.end > found[count - 1]

    def next(self, size: int) -> list[Position]:
        """The next candidates, at most `size`."""
        batch = _batch(self._candidates, self.end, size)
        self._is_begun, self._is_done = True, len(batch) < size
        self.end = batch[-1] if batch else self.end
        return batch


def _batch(rows: QuerySet[Message], after: Position | None, size: int) -> list[Position]:
    if after is not None:
        # Said in this way, the index is entered at the time; an OR of both conditions would read it whole.
        rows = rows.filter(at__lte=after[0]).exclude(at=after[0], pk__gte=after[1])
    return list(rows.order_by("-at", "-pk").values_list("at", "pk")[:size])
