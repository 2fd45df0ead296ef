"""What a platform's events do to the inbox: once each, in any order."""

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from connectors.kit.webhook import InboundEvent, InboundMessage, OtherEvent, StatusChange
from hermes.core import clock
from hermes.core.third_party import storable
from inbox import amendments, arrivals, events, news
from inbox.desk import AMENDMENTS, Desk, Event, subject
from inbox.forwarding import outbox
from inbox.models import Message
from tenants import routing
from tenants.models import Connection

_ID_CHARS = 191
_ATTEMPTS = 4


class _Change(NamedTuple):
    """What an event did to a message; `type` is one of `events.TYPES`."""

    type: str
    event: Event
    message: Message


@dataclasses.dataclass(slots=True)
class Applied:
    """How many events changed something, told nothing new, concern other parts of Hermes, cannot be kept."""

    changed: int = 0
    known: int = 0
    others: int = 0
    refused: int = 0


def apply(customer_id: int, connection_id: int, received: Sequence[InboundEvent]) -> Applied:
    """Put the events of one connection into its threads and messages, all in one transaction.

    The same events again, or in another order, lead to the same state. What changed is recorded for those
    who wait (`inbox.events`) and told on the bus after the commit (`inbox.news`). Raises NotFound where the
    connection is not the customer's, and the database's errors (a deadlock among them): then nothing is
    done, call it again.
    """
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(IntegrityError):
            # A call that closed meanwhile has filed one of the messages or threads.
            return _apply(customer_id, connection_id, received)
    return _apply(customer_id, connection_id, received)


def _apply(customer_id: int, connection_id: int, received: Sequence[InboundEvent]) -> Applied:
    with transaction.atomic():
        connection = routing.owned(customer_id, connection_id)
        others = sum(isinstance(event, OtherEvent) for event in received)
        kept = [event for event in received if not isinstance(event, OtherEvent) and _is_keepable(event)]
        desk = Desk(connection, kept)
        changes = [_change(desk, event, message) for event in kept if (message := _effect(desk, event))]
        desk.write()
        _tell(connection, changes, desk.thread_ids() if changes else {})
    return Applied(len(changes), len(kept) - len(changes), others, len(received) - len(kept) - others)


def _tell(connection: Connection, changes: Sequence[_Change], threads: Mapping[int, str]) -> None:
    """Write down what happened for the customer's own systems and for who waits, and say so."""
    outbox.put(connection, [_forwarded(change) for change in changes])
    events.record(connection, [events.Change(change.type, change.message) for change in changes])
    told = [_told(connection, change, threads) for change in changes]
    news.announce(connection.customer.public_id, connection.mode, *told)


def _effect(desk: Desk, event: Event) -> Message | None:
    if isinstance(event, StatusChange):
        return amendments.move(desk, event)
    match event.kind:
        case "edit":
            return amendments.edit(desk, event)
        case "revoke":
            return amendments.revoke(desk, event)
        case _:
            return arrivals.arrive(desk, event)


def _is_keepable(event: Event) -> bool:
    """Ids name rows: one that is missing or does not fit is no id of the platform."""
    ids = [event.upstream_id, subject(event)]
    if isinstance(event, InboundMessage) and event.kind not in AMENDMENTS:
        ids.append(event.contact)
    return all(0 < len(i) <= _ID_CHARS and i.isprintable() for i in ids)


def _told(connection: Connection, change: _Change, threads: Mapping[int, str]) -> dict[str, Any]:
    """What subscribers learn: which rows to read anew, none of their content."""
    told = {
        "event": change.type,
        "connection": connection.public_id,
        "platform": connection.platform,
        "message": change.message.public_id,
        "at": clock.iso(change.event.at),
    }
    thread = threads.get(change.message.thread_id or 0)
    return told | ({"thread": thread} if thread else {})


def _forwarded(change: _Change) -> outbox.Event:
    event = change.event
    status = storable(event.status, 16) if isinstance(event, StatusChange) else ""
    return outbox.Event(type=change.type, at=event.at, upstream_id=change.message.upstream_id, detail=status)


def _change(desk: Desk, event: Event, message: Message) -> _Change:
    """A message that is told otherwise than before was received once, and is edited now."""
    is_retold = isinstance(event, InboundMessage) and event.upstream_id in desk.retold
    return _Change(f"message.{'edited' if is_retold else _verb(event)}", event, message)


def _verb(event: Event) -> str:
    if isinstance(event, StatusChange):
        return "status"
    verbs = {"edit": "edited", "revoke": "revoked", "reaction": "reaction"}
    return verbs.get(event.kind, "received" if event.direction == Message.Direction.IN else "sent")
