"""What a caller may read of the inbox, page by page: rows of one customer and of given connections only."""

import dataclasses
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from hermes.core.errors import NotFound
from hermes.core.ids import is_id
from inbox import cursors
from inbox.models import Message, Thread
from inbox.moves import QUIET_KINDS

LIMIT_ROWS = 100
LIMIT_WORDS = 10
R = TypeVar("R", bound=Model)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The part of a customer's inbox that a caller sees; cursors of one view are refused by another."""

    customer_id: int
    connection_ids: Sequence[int]

    @property
    def owner(self) -> str:
        """Whom this view's cursors are signed for."""
        return f"{self.customer_id}:{','.join(map(str, sorted(self.connection_ids)))}"

    @property
    def threads(self) -> QuerySet[Thread]:
        """The conversations, with their connection."""
        rows: QuerySet[Thread] = Thread.objects.of(self.customer_id)
        return rows.filter(connection__in=self.connection_ids).select_related("connection")

    @property
    def messages(self) -> QuerySet[Message]:
        """The messages, those only heard of included, with their thread."""
        rows: QuerySet[Message] = Message.objects.of(self.customer_id)
        return rows.filter(connection__in=self.connection_ids).select_related("thread__connection")

    def thread(self, contact: str) -> Thread:
        """The conversation with this thread id, platform id or phone number; raises NotFound."""
        return _one(self.threads_with(contact).first(), "conversation")

    def threads_with(self, contact: str) -> QuerySet[Thread]:
        """The conversations of this thread id, platform id or phone number, the latest first."""
        return self.threads.filter(_names(contact)).order_by("-last_at", "-pk")

    def thread_by_id(self, public_id: str) -> Thread:
        """The conversation with this thread id; raises NotFound."""
        return _one(self.threads.filter(public_id=public_id).first(), "conversation")

    def message(self, upstream_id: str) -> Message:
        """The message with this platform id, or with ours; raises NotFound."""
        wanted = Q(upstream_id=upstream_id)
        if is_id(upstream_id, "msg"):
            wanted = Q(public_id=upstream_id)
        return _one(self.messages.filter(wanted).order_by("-pk").first(), "message")


def conversations(
    view: View,
    *,
    unread: bool | None = None,
    since: datetime | None = None,
    heard_since: datetime | None = None,
    silent_since: datetime | None = None,
    needs_reply: bool | None = None,
    named: str | None = None,
    or_in: Collection[int] = (),
    limit: int,
    cursor: str | None,
) -> tuple[list[Thread], str | None]:
    """A page of threads, the latest first, and the cursor of the next.

    `heard_since` keeps those whose contact has written after it, `silent_since` those whose contact has not;
    `needs_reply` those whose last message is the contact's; `named` those whose contact is called so,
    with those (rows) of `or_in`. Raises InvalidArgument on a cursor of another list.
    """
    rows = view.threads
    if unread is not None:
        rows = rows.filter(unread__gt=0) if unread else rows.filter(unread=0)
    if since is not None:
        rows = rows.filter(last_at__gte=since)
    if heard_since is not None:
        rows = rows.filter(last_in_at__gt=heard_since)
    if silent_since is not None:
        rows = rows.exclude(last_in_at__gt=silent_since)
    if needs_reply is not None:
        newest = view.messages.filter(thread=OuterRef("pk")).exclude(kind__in=QUIET_KINDS)
        rows = rows.annotate(last_way=Subquery(newest.order_by("-at", "-pk").values("direction")[:1]))
        is_theirs = Q(last_way=Message.Direction.IN)
        rows = rows.filter(is_theirs if needs_reply else ~is_theirs)
    if named is not None:
        rows = rows.filter(_is_called(named) | Q(pk__in=or_in))
    return page_of(rows, "last_at", cursor, listing="threads", owner=view.owner, limit=limit)


def last_messages(view: View, threads: Sequence[Thread]) -> dict[int, Message]:
    """The newest message of each thread that has one, by the thread's row."""
    held = {thread.pk: thread for thread in threads}
    rows = view.messages.select_related(None)
    newest = rows.filter(thread=OuterRef("pk")).exclude(kind="reaction").order_by("-at", "-pk")
    found = (
        Thread.objects.of(view.customer_id)
        .filter(pk__in=held)
        .annotate(newest=Subquery(newest.values("pk")[:1]))
        .values_list("newest", flat=True)
    )
    lasts: dict[int, Message] = {}
    for message in rows.filter(pk__in=list(found)):
        if message.thread_id:
            message.thread = held[message.thread_id]
            lasts[message.thread_id] = message
    return lasts


def messages(
    view: View, thread: Thread, *, limit: int, cursor: str | None
) -> tuple[list[Message], str | None]:
    """A page of a thread's messages, the newest first; reactions are part of what they react to."""
    rows = view.messages.filter(thread=thread).exclude(kind="reaction")
    owner = f"{view.owner}:{thread.pk}"
    return page_of(rows, "at", cursor, listing="messages", owner=owner, limit=limit)


def saying(rows: QuerySet[Message], query: str) -> QuerySet[Message]:
    """Those of the messages whose text has every word of `query`, in any case."""
    rows = rows.exclude(kind="reaction")
    for word in query.split()[:LIMIT_WORDS]:
        rows = rows.filter(text__icontains=word)
    return rows


def _is_called(name: str) -> Q:
    """Every word is in the name, or the whole is part of a phone number or platform id."""
    called = Q()
    for word in name.split()[:LIMIT_WORDS]:
        called &= Q(contact_name__icontains=word)
    number = _number(name)
    return called | Q(contact__icontains=number) | Q(contact_phone__icontains=number)


def _number(contact: str) -> str:
    """A phone number's digits, however it is written; anything else as it is.

    "-1005" is a group of Telegram's, not the number 1005.
    """
    if contact.startswith("-"):
        return contact.strip()
    digits = re.sub(r"[\s().\-]", "", contact).removeprefix("+").removeprefix("00")
    return digits if digits.isdecimal() else contact.strip()


def _names(contact: str) -> Q:
    contact = contact.strip()
    if is_id(contact, "thr"):
        return Q(public_id=contact)
    number = _number(contact)
    return Q(contact__in={contact, number}) | Q(contact_phone__in={contact, number} - {""})


def page_of(
    rows: QuerySet[R], time: str, cursor: str | None, *, listing: str, owner: str, limit: int
) -> tuple[list[R], str | None]:
    """A page of rows, the latest by `time` first, and the cursor of the next. Raises InvalidArgument."""
    if cursor is not None:
        at, pk = cursors.read(cursor, listing=listing, owner=owner)
        rows = rows.filter(Q(**{f"{time}__lt": at}) | Q(**{time: at, "pk__lt": pk}))
    limit = max(1, min(limit, LIMIT_ROWS))
    found = list(rows.order_by(f"-{time}", "-pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], cursors.write((getattr(last, time), last.pk), listing=listing, owner=owner)


def _one(row: R | None, what: str) -> R:
    if row is None:
        raise NotFound(f"No such {what} is stored for this account; list the conversations to see which are.")
    return row
