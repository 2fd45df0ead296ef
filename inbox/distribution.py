"""Handing the events of a delivery to the connections they are for."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from connectors.kit.webhook import InboundEvent, OtherEvent
from hermes.core.errors import NotFound
from inbox import effects
from inbox.intake import spec_of
from inbox.models import WebhookDelivery
from tenants import routing
from tenants.models import Connection

State = WebhookDelivery.State
log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery; `received` means that some of it failed and is to be tried again."""

    state: str
    reason: str = ""
    awaits: Sequence[str] = ()


@dataclasses.dataclass(slots=True)
class _Sorted:
    """The events by the connection that gets them, the ids nobody has, and how many name no account."""

    connections: dict[int, Connection] = dataclasses.field(default_factory=dict)
    events: dict[int, list[InboundEvent]] = dataclasses.field(default_factory=dict)
    awaits: dict[str, None] = dataclasses.field(default_factory=dict)
    nameless: int = 0

    def give(self, connection: Connection, event: InboundEvent) -> None:
        self.connections[connection.pk] = connection
        self.events.setdefault(connection.pk, []).append(event)


def distribute(delivery: WebhookDelivery) -> Verdict:
    """Bring every event into the inbox of its connection; inside the caller's transaction.

    What fails is left out, and the rest is done. Raises the database's errors that end a transaction.
    """
    events = spec_of(delivery.platform).parse(bytes(delivery.body))
    if delivery.addressee:
        return _to_addressee(delivery, events)
    found = _sort(delivery.platform, events)
    failed = _apply(found.connections, found.events)
    if failed:
        return Verdict(State.RECEIVED, failed)
    if found.awaits:
        return Verdict(
            State.UNROUTED, f"{len(found.awaits)} ids belong to no connection.", tuple(found.awaits)
        )
    if found.nameless and not found.events:
        return Verdict(State.QUARANTINED, "It names no account of the platform, or cannot be read.")
    return Verdict(State.DONE)


def _to_addressee(delivery: WebhookDelivery, events: Sequence[InboundEvent]) -> Verdict:
    try:
        connection = routing.receiver(delivery.addressee)
    except NotFound:
        return Verdict(State.QUARANTINED, "The connection it was addressed to does not exist any more.")
    if connection.platform != delivery.platform:
        return Verdict(State.QUARANTINED, "It was addressed to a connection of another platform.")
    own = [event for event in events if routing.takes(connection, event.route)]
    failed = _apply({connection.pk: connection}, {connection.pk: own})
    if failed:
        return Verdict(State.RECEIVED, failed)
    if len(own) < len(events):
        log.warning("foreign_events", connection=connection.public_id, count=len(events) - len(own))
        return Verdict(State.QUARANTINED, "It names ids that are not the connection's.")
    return Verdict(State.DONE)


def _sort(platform: str, events: Sequence[InboundEvent]) -> _Sorted:
    found, known = _Sorted(), dict[tuple[str, ...], list[Connection]]()
    for event in events:
        route = tuple(event.route)
        if not route:
            found.nameless += 1
            continue
        if route not in known:
            known[route] = routing.addressed(platform, route)
        # What is about an account is for all that share it; a message is for one number.
        if len(known[route]) == 1 or (known[route] and isinstance(event, OtherEvent)):
            for connection in known[route]:
                found.give(connection, event)
        else:
            found.awaits[route[0]] = None
    return found


def _apply(connections: Mapping[int, Connection], events: Mapping[int, Sequence[InboundEvent]]) -> str:
    """Apply each connection's share; the reason of the first failure, empty where there is none."""
    reasons: Counter[str] = Counter()
    for pk in sorted(events):
        reasons.update(_apply_to(connections[pk], events[pk]))
    return "; ".join(f"{reason} ({count})" for reason, count in reasons.items())[:300]


def _apply_to(connection: Connection, events: Sequence[InboundEvent]) -> list[str]:
    reason, applied = _attempt(connection, events)
    if not reason:
        log.info("events_applied", connection=connection.public_id, **dataclasses.asdict(applied))
        return []
    # One event is at fault; the others must not wait for it.
    return [reason for event in events if (reason := _attempt(connection, [event])[0])]


def _attempt(connection: Connection, events: Sequence[InboundEvent]) -> tuple[str, Any]:
    try:
        with transaction.atomic():
            return "", effects.apply(connection.customer_id, connection.pk, events)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("event_failed", connection=connection.public_id, count=len(events))
        return f"{type(error).__name__}", None
