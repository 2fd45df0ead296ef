"""What a platform's events do to the inbox: once each, in any order."""

import dataclasses
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction

from connectors.kit.webhook import InboundEvent, InboundMessage, OtherEvent, StatusChange
from hermes.core import bus, clock
from inbox import amendments, arrivals
from inbox.models import Message
from tenants import routing
from tenants.models import Connection

_ID_CHARS = 191


@dataclasses.dataclass(slots=True)
class Applied:
    """How many events changed something, told nothing new, concern other parts of Hermes, cannot be kept."""

    changed: int = 0
    known: int = 0
    others: int = 0
    refused: int = 0


def apply(customer_id: int, connection_id: int, events: Sequence[InboundEvent]) -> Applied:
    """Put the events of one connection into its threads and messages, all in one transaction.

    The same events again, or in another order, lead to the same state. What changed is told on the bus
    topic `inbox:<customer>` after the commit. Raises NotFound where the connection is not the
    customer's, and the database's errors (a deadlock among them): then nothing is done, call it again.
    """
    applied = Applied()
    with transaction.atomic():
        connection = routing.owned(customer_id, connection_id)
        for event in sorted(events, key=_order):
            if isinstance(event, OtherEvent):
                applied.others += 1
            elif not _is_keepable(event):
                applied.refused += 1
            elif message := _effect(connection, event):
                applied.changed += 1
                topic = f"inbox:{connection.customer.public_id}"
                transaction.on_commit(
                    partial(bus.publish, topic, _told(connection, event, message)), robust=True
                )
            else:
                applied.known += 1
    return applied


def _effect(connection: Connection, event: InboundMessage | StatusChange) -> Message | None:
    if isinstance(event, StatusChange):
        return amendments.move(connection, event)
    match event.kind:
        case "edit":
            return amendments.edit(connection, event)
        case "revoke":
            return amendments.revoke(connection, event)
        case _:
            return arrivals.arrive(connection, event)


def _order(event: InboundEvent) -> tuple[str, str]:
    """Locks are taken in one order everywhere: by thread, then by message."""
    if isinstance(event, OtherEvent):
        return "", event.dedupe
    return event.contact, event.upstream_id


def _is_keepable(event: InboundMessage | StatusChange) -> bool:
    """Ids name rows: one that is missing or does not fit is no id of the platform."""
    ids = [event.upstream_id]
    if isinstance(event, InboundMessage):
        ids += [event.contact] if event.kind not in amendments.KINDS else [event.reply_to]
    return all(0 < len(i) <= _ID_CHARS and i.isprintable() for i in ids)


def _told(connection: Connection, event: InboundMessage | StatusChange, message: Message) -> dict[str, Any]:
    """What subscribers learn: which rows to read anew, none of their content."""
    told = {
        "event": f"message.{_verb(event)}",
        "connection": connection.public_id,
        "platform": connection.platform,
        "message": message.public_id,
        "at": clock.iso(event.at),
    }
    return told | ({"thread": message.thread.public_id} if message.thread else {})


def _verb(event: InboundMessage | StatusChange) -> str:
    if isinstance(event, StatusChange):
        return "status"
    verbs = {"edit": "edited", "revoke": "revoked", "reaction": "reaction"}
    return verbs.get(event.kind, "received" if event.direction == Message.Direction.IN else "sent")
