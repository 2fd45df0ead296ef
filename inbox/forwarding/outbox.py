"""Events written down for the customer's endpoints, in the transaction of what happened."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from hermes.core import clock, ids, rows
from inbox import nudge
from inbox.forwarding import event_types
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from tenants.models import Connection

TASK = "inbox.forward"
_COLUMNS = (
    *("customer_id", "endpoint_id", "event_id", "type", "connection", "upstream_id", "at"),
    *("created_at", "next_try_at"),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a connection; of a message the platform's id says which."""

    type: str
    at: datetime
    upstream_id: str = ""
    detail: str = ""


def put(connection: Connection, events: Sequence[Event]) -> None:
    """Have events told to the endpoints of the connection's mode that listen to them.

    Inside the caller's transaction; one query where nobody listens.
    """
    if not events:
        return
    endpoints = list(
        WebhookEndpoint.objects.of(connection.customer_id).filter(mode=connection.mode, enabled=True)
    )
    told = [(event, ids.new("evt")) for event in events if endpoints]
    waiting = [
        ForwardedEvent(
            customer_id=connection.customer_id,
            endpoint=endpoint,
            event_id=event_id,
            type=event.type,
            connection=connection.public_id,
            upstream_id=event.upstream_id,
            detail=event.detail[:300],
            at=event.at,
        )
        for event, event_id in told
        for endpoint in endpoints
        if event_types.is_wanted(event.type, endpoint.events)
    ]
    if waiting:
        ForwardedEvent.objects.of(connection.customer_id).bulk_create(waiting)
        transaction.on_commit(send_soon, robust=True)


def put_sent(cursor: Any, sent: Sequence[tuple[int, str, str, datetime]]) -> bool:
    """As `put` for messages that calls sent (connection's row, platform's id, kind, time), not filed yet.

    SQL by hand in the group commit, one query where nobody listens. True where any waits to be sent: call
    `send_soon` then, once it is committed.
    """
    held = sorted({connection for connection, *_ in sent})
    cursor.execute(
        "SELECT c.id, c.public_id, c.customer_id, e.id, e.events FROM tenants_connection c"  # noqa: S608
        " JOIN inbox_webhookendpoint e ON e.customer_id = c.customer_id AND e.mode = c.mode"
        f" WHERE c.id IN ({rows.placeholders(len(held))}) AND e.enabled = 1",
        held,
    )
    found = [(*place, json.loads(events)) for *place, events in cursor.fetchall()]
    if not found:
        return False
    # The platform may have told of it before the call was closed, and that has been forwarded.
    upstream_ids = [upstream_id for _, upstream_id, *_ in sent]
    cursor.execute(
        "SELECT connection_id, upstream_id FROM inbox_message WHERE thread_id IS NOT NULL"  # noqa: S608
        f" AND connection_id IN ({rows.placeholders(len(held))})"
        f" AND upstream_id IN ({rows.placeholders(len(upstream_ids))})",
        [*held, *upstream_ids],
    )
    known = {*cursor.fetchall()}
    now = rows.moment(clock.now())
    waiting = []
    for connection, upstream_id, kind, at in sent:
        if (connection, upstream_id) in known:
            continue
        event_id, happened = ids.new("evt"), rows.moment(at.astimezone(UTC))
        event = "message.reaction" if kind == "reaction" else "message.sent"
        waiting += [
            (customer, endpoint, event_id, event, public_id, upstream_id, happened, now, now)
            for held_by, public_id, customer, endpoint, events in found
            if held_by == connection and event_types.is_wanted(event, events)
        ]
    literals = {"detail": "''", "state": "'pending'", "tries": "0", "attempts": "'[]'"}
    rows.insert(cursor, "inbox_forwardedevent", _COLUMNS, waiting, same_for_all=literals)
    return bool(waiting)


def put_state(connection: Connection, **_: Any) -> None:
    """Tell that a connection has come into another state (`states.moved`)."""
    moved = Event(type=f"connection.{connection.status}", at=clock.now(), detail=connection.status_reason)
    put(connection, [moved])


def put_ending(connection: Connection, notice: str, **_: Any) -> None:
    """Tell that an account's access ends soon and only a person can renew it (`states.ending`)."""
    put(connection, [Event(type="connection.ending", at=clock.now(), detail=notice)])


def send_soon() -> None:
    """Have a worker look for events that wait; never waits and never fails."""
    nudge.nudge(TASK)
