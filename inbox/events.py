"""The events of an inbox in the order of their commits: recorded with their effect, read after a cursor."""

import dataclasses
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Literal, get_args

from hermes.core import clock
from hermes.core.errors import InvalidArgument
from inbox import cursors
from inbox.models import Event, EventCount, Message
from tenants import states
from tenants.models import Connection

KEPT = timedelta(days=7)
EventType = Literal[
    "message.received",
    "message.sent",
    "message.status",
    "message.edited",
    "message.revoked",
    "message.reaction",
]
TYPES: tuple[str, ...] = get_args(EventType)
_PURGED_AT_ONCE = 1_000


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What happened (one of `TYPES`) and to which message."""

    type: str
    message: Message


@dataclasses.dataclass(frozen=True, slots=True)
class Log:
    """The events of one customer's live or test keys."""

    customer_id: int
    mode: str

    def end(self) -> str:
        """A cursor after the last event so far."""
        return self._cursor(self._last())

    def after(self, cursor: str, *, types: Collection[str], limit: int) -> tuple[list[Event], str, bool]:
        """Up to `limit` events after a cursor, the cursor after them, and whether there are more already.

        Events of accounts that were disconnected since, and of messages no conversation has, are left out.
        Raises InvalidArgument on a cursor of somebody else, or one older than events are kept.
        """
        issued, number = cursors.read(cursor, listing="events", owner=self._owner)
        if issued < clock.now() - KEPT:
            raise InvalidArgument(
                f"This cursor is older than {KEPT.days} days, for which events are kept. Read the inbox, "
                "then wait without a cursor.",
                details={"argument": "from_cursor"},
            )
        # The count is read first: what is committed later has a higher number and is not passed over.
        last = self._last()
        rows = (
            Event.objects.of(self.customer_id)
            .filter(mode=self.mode, number__gt=number, number__lte=last, type__in=types)
            .filter(message__thread__isnull=False)
            .exclude(message__connection__status=states.REVOKED)
            .select_related("message__thread__connection")
            .order_by("number")
        )
        found = list(rows[: limit + 1])
        if len(found) > limit:
            return found[:limit], self._cursor(found[limit - 1].number), True
        return found, self._cursor(max(last, number)), False

    @property
    def _owner(self) -> str:
        return f"{self.customer_id}:{self.mode}"

    def _last(self) -> int:
        counts = EventCount.objects.of(self.customer_id).filter(mode=self.mode)
        return counts.values_list("last", flat=True).first() or 0

    def _cursor(self, number: int) -> str:
        return cursors.write((clock.now(), number), listing="events", owner=self._owner)


def record(connection: Connection, changes: Sequence[Change]) -> None:
    """Keep what happened to messages of a connection; last in the transaction that made it happen.

    The count's row is locked until the commit, so numbers are given in the order of commits.
    """
    if not changes:
        return
    counts = EventCount.objects.of(connection.customer_id).select_for_update()
    count, _ = counts.get_or_create(customer_id=connection.customer_id, mode=connection.mode)
    first, count.last = count.last + 1, count.last + len(changes)
    count.save(update_fields=("last",))
    now = clock.now()
    Event.objects.of(connection.customer_id).bulk_create(
        Event(
            customer_id=connection.customer_id,
            mode=connection.mode,
            number=number,
            type=change.type,
            message=change.message,
            at=now,
        )
        for number, change in enumerate(changes, first)
    )


def purge() -> int:
    """Delete the events that were kept long enough; returns how many."""
    gone = 0
    old = Event.objects.unscoped().filter(at__lt=clock.now() - KEPT).order_by("pk")
    while keys := list(old.values_list("pk", flat=True)[:_PURGED_AT_ONCE]):
        gone += Event.objects.unscoped().filter(pk__in=keys).delete()[0]
    return gone
