"""Whether what somebody looks at is still what there is: marks that change with it, by one query each."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from hermes.core import clock
from inbox.models import Message, Thread
from inbox.shapes import window_hours
from tenants.models import Connection

MARK_CHARS = 16


def of_thread(customer_id: int, thread_id: str, *, limit: int) -> str:
    """The mark of a conversation's latest `limit` messages, their states, its name, account and window.

    "" where no message is in it, or it is not the customer's.
    """
    rows = Message.objects.of(customer_id).filter(thread__public_id=thread_id).order_by("-at", "-pk")
    told = rows.values_list(
        *("pk", "status", "edited_at", "revoked_at", "thread__unread", "thread__contact_name"),
        *("thread__last_in_at", "connection__platform", "connection__status"),
    )
    found = list(told[:limit])
    if not found:
        return ""
    last_in_at, platform = found[0][6:8]
    return _mark((*found, _is_open(last_in_at, platform)))


def of_threads(
    customer_id: int, connections: "QuerySet[Connection]", *, unread: bool = False, limit: int
) -> str:
    """The mark of the latest `limit` conversations of these connections, as a list shows them."""
    rows = Thread.objects.of(customer_id).filter(connection__in=connections.order_by().values("pk"))
    if unread:
        rows = rows.filter(unread__gt=0)
    told = rows.order_by("-last_at", "-pk").values_list("pk", "last_at", "unread", "contact_name")
    return _mark(told[:limit])


def _is_open(last_in_at: datetime | None, platform: str) -> bool | None:
    hours = window_hours(platform)
    if hours is None or last_in_at is None:
        return None
    return clock.now() < last_in_at + timedelta(hours=hours)


def _mark(told: Iterable[Any]) -> str:
    return hashlib.sha256(repr(list(told)).encode()).hexdigest()[:MARK_CHARS]
