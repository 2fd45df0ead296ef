"""Conversations as the REST API and the portal list, read and mark them, over all accounts a caller sees."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from msgspec import UNSET, UnsetType

from connectors.kit.conversations import NOTICE, Conversation, StoredMessage
from connectors.kit.tool import Output
from hermes.core import clock
from inbox import listing, moves, news, shapes
from inbox.listing import View
from inbox.models import Thread
from inbox.search import search, threads_saying


class ListedThread(Conversation, frozen=True, kw_only=True):
    """A conversation and the account it is held with."""

    connection: str
    platform: str
    account: str


class ThreadPage(Output, frozen=True, kw_only=True):
    """`GET /api/inbox/threads`."""

    threads: list[ListedThread]
    notice: str
    next_cursor: str | UnsetType = UNSET


class ThreadMessages(Output, frozen=True, kw_only=True):
    """`GET /api/inbox/threads/<id>/messages`, newest first."""

    thread: ListedThread
    messages: list[StoredMessage]
    notice: str
    next_cursor: str | UnsetType = UNSET


class FoundMessage(StoredMessage, frozen=True, kw_only=True):
    """A message and the conversation it stands in."""

    thread: str


class FoundMessages(Output, frozen=True, kw_only=True):
    """`GET /api/inbox/messages`, newest first."""

    messages: list[FoundMessage]
    notice: str
    next_cursor: str | UnsetType = UNSET


def threads(
    customer_id: int,
    connection_ids: Sequence[int],
    *,
    unread: bool | None = None,
    since: datetime | None = None,
    needs_reply: bool | None = None,
    q: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> ThreadPage:
    """A page of the conversations of these connections, with their last messages.

    `q` are words of a message, or of the contact's name, number or id. Raises InvalidArgument (the cursor).
    """
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    rows, after = listing.conversations(
        view,
        unread=unread,
        since=since,
        needs_reply=needs_reply,
        named=q,
        or_in=threads_saying(view, q) if q else (),
        limit=limit,
        cursor=cursor,
    )
    told = shapes.conversations_of(rows, listing.last_messages(view, rows), clock.now())
    listed = [_listed(row, conversation) for row, conversation in zip(rows, told, strict=True)]
    return ThreadPage(threads=listed, notice=NOTICE, next_cursor=after or UNSET)


def people(
    customer_id: int,
    connection_ids: Sequence[int],
    name: str | None,
    *,
    limit: int = 20,
    cursor: str | None = None,
) -> ThreadPage:
    """A page of the conversations whose contact's name, number or id has `name`; raises as `threads`."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    rows, after = listing.conversations(view, named=name, limit=limit, cursor=cursor)
    now = clock.now()
    listed = [_listed(row, shapes.conversation_of(row, now)) for row in rows]
    return ThreadPage(threads=listed, notice=NOTICE, next_cursor=after or UNSET)


def held_with(customer_id: int, connection_ids: Sequence[int], contact: str) -> ThreadPage:
    """The latest conversations with exactly this contact: its thread id, platform id or number."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    now = clock.now()
    rows = view.threads_with(contact)[: listing.LIMIT_ROWS]
    listed = [_listed(row, shapes.conversation_of(row, now)) for row in rows]
    return ThreadPage(threads=listed, notice=NOTICE)


def counts(customer_id: int, connection_ids: Sequence[int], window_h: float | None) -> dict[str, int]:
    """How many conversations and unread messages there are, and open windows of that many hours."""
    rows = View(customer_id=customer_id, connection_ids=connection_ids).threads
    told = rows.aggregate(total=Count("pk"), unread=Coalesce(Sum("unread"), 0))
    if window_h is not None:
        told["windows_open"] = rows.filter(last_in_at__gt=clock.now() - timedelta(hours=window_h)).count()
    return told


def messages(
    customer_id: int,
    connection_ids: Sequence[int],
    thread_id: str,
    *,
    with_statuses: bool = True,
    limit: int = 20,
    cursor: str | None = None,
) -> ThreadMessages:
    """A page of a conversation's messages, with their delivery. Raises NotFound and InvalidArgument."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    thread = view.thread_by_id(thread_id)
    rows, after = listing.messages(view, thread, limit=limit, cursor=cursor)
    return ThreadMessages(
        thread=_listed(thread, shapes.conversation_of(thread, clock.now())),
        messages=shapes.messages_of(rows, with_statuses=with_statuses),
        notice=NOTICE,
        next_cursor=after or UNSET,
    )


def found(
    customer_id: int,
    connection_ids: Sequence[int],
    q: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> FoundMessages:
    """A page of messages of these connections that have every word of `q`; raises InvalidArgument."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    rows, after = search(view, q, since=since, until=until, limit=limit, cursor=cursor)
    told = shapes.messages_of(rows, with_statuses=False)
    listed = [
        FoundMessage(**msgspec.structs.asdict(message), thread=row.thread.public_id)
        for row, message in zip(rows, told, strict=True)
        if row.thread is not None
    ]
    return FoundMessages(messages=listed, notice=NOTICE, next_cursor=after or UNSET)


def mark_read(customer_id: int, connection_ids: Sequence[int], thread_id: str) -> int:
    """Count what arrived up to now as read; returns what is left unread. Raises NotFound."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    with transaction.atomic():
        thread = Thread.objects.of(customer_id).select_for_update().get(pk=view.thread_by_id(thread_id).pk)
        thread.read_at = clock.now()
        thread.unread = moves.unread_of(thread)
        thread.save(update_fields=("read_at", "unread"))
        told = {"event": "thread.read", "platform": thread.connection.platform, "thread": thread.public_id}
        news.announce(thread.customer.public_id, thread.connection.mode, told)
    return int(thread.unread)


def _listed(thread: Thread, conversation: Conversation) -> ListedThread:
    told: dict[str, Any] = msgspec.structs.asdict(conversation)
    return ListedThread(
        **told,
        connection=thread.connection.public_id,
        platform=thread.connection.platform,
        account=thread.connection.account,
    )
