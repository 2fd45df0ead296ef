"""Handing the events of a delivery to the connections they are for."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import structlog
from django.db import InterfaceError, OperationalError, transaction

from connectors.kit.webhook import InboundEvent, OtherEvent
from hermes.core.errors import NotFound
from inbox import effects, payments
from inbox.intake import spec_of
from inbox.models import WebhookDelivery
from inbox.verdicts import Verdict
from tenants import routing
from tenants.models import Connection

State = WebhookDelivery.State
_Known = dict[tuple[str, tuple[str, ...]], list[Connection]]
log = structlog.get_logger(__name__)


@dataclasses.dataclass(slots=True)
class _Sorted:
    """A delivery's events by the connection that gets them, and what stands against its being done."""

    connections: dict[int, Connection] = dataclasses.field(default_factory=dict)
    events: dict[int, list[InboundEvent]] = dataclasses.field(default_factory=dict)
    awaits: dict[str, None] = dataclasses.field(default_factory=dict)
    nameless: int = 0
    objection: str = ""
    settled: Verdict | None = None

    def give(self, connection: Connection, event: InboundEvent) -> None:
        self.connections[connection.pk] = connection
        self.events.setdefault(connection.pk, []).append(event)

    def verdict(self, failures: Mapping[int, str]) -> Verdict:
        if self.settled is not None:
            return self.settled
        failed = "; ".join(failures[pk] for pk in self.events if pk in failures)
        if failed:
            return Verdict(State.RECEIVED, failed)
        if self.objection:
            return Verdict(State.QUARANTINED, self.objection)
        if self.awaits:
            reason = f"{len(self.awaits)} ids belong to no connection."
            return Verdict(State.UNROUTED, reason, tuple(self.awaits))
        if self.nameless and not self.events:
            return Verdict(State.QUARANTINED, "It names no account of the platform, or cannot be read.")
        told = [event for events in self.events.values() for event in events]
        is_spent = not self.nameless and not any(isinstance(event, OtherEvent) for event in told)
        return Verdict(State.DONE, is_spent=is_spent)


def distribute(deliveries: Sequence[WebhookDelivery]) -> list[Verdict]:
    """Bring every event into the inbox of its connection; inside the caller's transaction.

    Of a single delivery what fails is left out, and the rest is done; of several any failure is raised.
    Raises the database's errors that end a transaction.
    """
    known: _Known = {}
    found = [_sort(delivery, known) for delivery in deliveries]
    shares: dict[int, list[InboundEvent]] = {}
    for each in found:
        for pk, events in each.events.items():
            shares.setdefault(pk, []).extend(events)
    connections = {pk: connection for each in found for pk, connection in each.connections.items()}
    failures: dict[int, str] = {}
    for pk in sorted(shares):
        if len(deliveries) > 1:
            effects.apply(connections[pk].customer_id, pk, shares[pk])
        elif reasons := Counter(apply_to(connections[pk], shares[pk])):
            failures[pk] = "; ".join(f"{reason} ({count})" for reason, count in reasons.items())
    return [each.verdict(failures) for each in found]


def _sort(delivery: WebhookDelivery, known: _Known) -> _Sorted:
    if delivery.platform == payments.SENDER:
        return _Sorted(settled=payments.settle(bytes(delivery.body)))
    events = spec_of(delivery.platform).parse(bytes(delivery.body))
    if delivery.addressee:
        return _for_addressee(delivery, events)
    found = _Sorted()
    for event in events:
        route = tuple(event.route)
        if not route:
            found.nameless += 1
            continue
        if (delivery.platform, route) not in known:
            known[delivery.platform, route] = routing.addressed(delivery.platform, route)
        receivers = known[delivery.platform, route]
        # What is about an account is for all that share it; a message is for one number.
        if len(receivers) == 1 or (receivers and isinstance(event, OtherEvent)):
            for connection in receivers:
                found.give(connection, event)
        else:
            found.awaits[route[0]] = None
    return found


def _for_addressee(delivery: WebhookDelivery, events: Sequence[InboundEvent]) -> _Sorted:
    try:
        connection = routing.receiver(delivery.addressee)
    except NotFound:
        return _Sorted(objection="The connection it was addressed to does not exist any more.")
    if connection.platform != delivery.platform:
        return _Sorted(objection="It was addressed to a connection of another platform.")
    found, is_named_by_door = _Sorted(), spec_of(delivery.platform).is_per_connection
    for event in events:
        if (is_named_by_door and not event.route) or routing.takes(connection, event.route):
            found.give(connection, event)
        else:
            found.objection = "It names ids that are not the connection's."
    if found.objection:
        log.warning("foreign_events", connection=connection.public_id)
    return found


def apply_to(connection: Connection, events: Sequence[InboundEvent]) -> list[str]:
    """Bring events into the inbox of a connection; the reasons of those that fail, which are left out.

    Inside the caller's transaction. Raises the database's errors that end it.
    """
    if not _attempt(connection, events):
        return []
    # One event is at fault; the others must not wait for it.
    return [reason for event in events if (reason := _attempt(connection, [event]))]


def _attempt(connection: Connection, events: Sequence[InboundEvent]) -> str:
    """Apply the events; why that failed, empty where it did not."""
    try:
        with transaction.atomic():
            applied = effects.apply(connection.customer_id, connection.pk, events)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("event_failed", connection=connection.public_id, count=len(events))
        return type(error).__name__
    log.info("events_applied", connection=connection.public_id, **dataclasses.asdict(applied))
    return ""
