"""How long messages are kept: as many days as the customer's plan says."""

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from billing import subscriptions
from hermes.core import clock
from hermes.core.deadlocks import repeated
from inbox import moves
from inbox.models import Message, Turnstile
from tenants import routing
from tenants.models import Connection

BATCH = 500
BUDGET_S = 60.0
log = structlog.get_logger(__name__)


def purge_all() -> int:
    """Delete what is older than each customer's plan keeps, for about a minute; returns how many messages."""
    deadline, gone = time.monotonic() + BUDGET_S, 0
    # A thread or a status heard of may stand alone, so it is the messages that tell whose inboxes there are.
    owners = Message.objects.unscoped().order_by().values_list("customer_id", "connection_id").distinct()
    for customer_id, connection_id in list(owners):
        before = clock.now() - timedelta(days=subscriptions.retention_days(customer_id))
        connection = routing.owned(customer_id, connection_id)
        while time.monotonic() < deadline and (count := _purge_some(connection, before)):
            gone += count
    if gone:
        log.info("messages_expired", messages=gone)
    return gone


@repeated
def _purge_some(connection: Connection, before: datetime) -> int:
    """Delete the oldest of a connection's expired messages, and tell their threads anew."""
    with transaction.atomic():
        # As for what arrives: one at a time changes a connection's threads.
        Turnstile.objects.select_for_update().get_or_create(connection=connection)
        expired = _messages(connection).filter(at__lt=before).order_by("at", "pk")
        found = dict(expired.values_list("pk", "thread_id")[:BATCH])
        _messages(connection).filter(pk__in=list(found)).delete()
        moves.reckon(connection, list(set(found.values())))
    return len(found)


def _messages(connection: Connection) -> "QuerySet[Message]":
    rows: QuerySet[Message] = Message.objects.of(connection.customer_id)
    return rows.filter(connection=connection)
