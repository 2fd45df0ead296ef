"""Conversations as the REST API and the portal list, read and mark them, over all accounts a caller sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from msgspec import UNSET, UnsetType

from connectors.kit.conversations import NOTICE, Conversation, StoredMessage
from connectors.kit.tool import Output
from hermes.core import clock
from inbox import contacts, listing, shapes
from inbox.listing import View
from inbox.models import Thread


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


def threads(
    customer_id: int,
    connection_ids: Sequence[int],
    *,
    unread: bool | None = None,
    since: datetime | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> ThreadPage:
    """A page of the conversations of these connections. Raises InvalidArgument (the cursor)."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    rows, after = listing.conversations(view, unread=unread, since=since, limit=limit, cursor=cursor)
    told = shapes.conversations_of(rows, listing.last_messages(view, rows), clock.now())
    listed = [_listed(row, conversation) for row, conversation in zip(rows, told, strict=True)]
    return ThreadPage(threads=listed, notice=NOTICE, next_cursor=after or UNSET)


def messages(
    customer_id: int,
    connection_ids: Sequence[int],
    thread_id: str,
    *,
    limit: int = 20,
    cursor: str | None = None,
) -> ThreadMessages:
    """A page of a conversation's messages with their delivery. Raises NotFound and InvalidArgument."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    thread = view.thread_by_id(thread_id)
    rows, after = listing.messages(view, thread, limit=limit, cursor=cursor)
    return ThreadMessages(
        thread=_listed(thread, shapes.conversation_of(thread, clock.now())),
        messages=shapes.messages_of(rows, with_statuses=True),
        notice=NOTICE,
        next_cursor=after or UNSET,
    )


def mark_read(customer_id: int, connection_ids: Sequence[int], thread_id: str) -> int:
    """Count what arrived up to now as read; returns what is left unread. Raises NotFound."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    with transaction.atomic():
        thread = Thread.objects.of(customer_id).select_for_update().get(pk=view.thread_by_id(thread_id).pk)
        thread.read_at = clock.now()
        thread.unread = contacts.unread_of(thread)
        contacts.save(thread)
    return int(thread.unread)


def _listed(thread: Thread, conversation: Conversation) -> ListedThread:
    told: dict[str, Any] = msgspec.structs.asdict(conversation)
    return ListedThread(
        **told,
        connection=thread.connection.public_id,
        platform=thread.connection.platform,
        account=thread.connection.account,
    )
