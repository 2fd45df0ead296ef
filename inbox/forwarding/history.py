"""The log of what was forwarded: read, sent again, and forgotten after 30 days."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet

from hermes.core import clock, ids
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, InvalidArgument, NotFound
from inbox.forwarding import endpoints, event_types, outbox, payload
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from tenants.actors import Actor

KEPT = timedelta(days=30)
BATCH = 500
State = ForwardedEvent.State


def listed(
    customer_id: int, endpoint_id: str, *, state: str | None = None, event: str | None = None, by: Actor
) -> "QuerySet[ForwardedEvent]":
    """What an endpoint was told or is to be told, newest first. Raises NotFound and InsufficientScope."""
    rows = _of(endpoints.get(customer_id, endpoint_id, by=by)).order_by("-pk")
    rows = rows if state is None else rows.filter(state=state)
    return rows if event is None else rows.filter(type=event)


def get(customer_id: int, endpoint_id: str, event_id: str, *, by: Actor) -> ForwardedEvent:
    """One event of an endpoint. Raises NotFound and InsufficientScope."""
    rows = _of(endpoints.get(customer_id, endpoint_id, by=by))
    found = rows.filter(event_id=event_id).first() if ids.is_id(event_id, "evt") else None
    if found is None:
        raise NotFound("There is no such event. List the deliveries and use an id from that list.")
    return found


def body(event: ForwardedEvent, *, by: Actor) -> bytes:
    """What the endpoint would be sent now. Raises InsufficientScope, and NotFound where it is not kept."""
    if event_types.has_messages([event.type]):
        by.require("inbox:read")
    return payload.body_of(event)


def counts(customer_id: int, *, since: datetime, by: Actor) -> dict[str, Counter[str]]:
    """How many events noted since then are in each state, by endpoint. Raises InsufficientScope."""
    by.require("webhooks:manage")
    rows = ForwardedEvent.objects.of(customer_id).filter(created_at__gte=since)
    found: dict[str, Counter[str]] = {}
    for endpoint, state, count in rows.values_list("endpoint__public_id", "state").annotate(Count("pk")):
        found.setdefault(endpoint, Counter())[state] = count
    return found


@repeated
def send_test(customer_id: int, endpoint_id: str, *, by: Actor) -> ForwardedEvent:
    """Have the endpoint told a `webhook.test`, on the road of every event.

    Raises NotFound, InsufficientScope and Conflict (the endpoint is disabled).
    """
    with transaction.atomic():
        endpoint = _enabled(customer_id, endpoint_id, by)
        event = ForwardedEvent(
            customer_id=customer_id,
            endpoint=endpoint,
            event_id=ids.new("evt"),
            type=event_types.TEST,
            at=clock.now(),
        )
        event.save(force_insert=True)
        by.record(customer_id, "webhook.tested", endpoint_id)
        transaction.on_commit(outbox.send_soon, robust=True)
    return event


@repeated
def redeliver(customer_id: int, endpoint_id: str, event_id: str, *, by: Actor) -> ForwardedEvent:
    """Send one event again, under its id and at once, whatever became of it; failures climb the ladder anew.

    Raises NotFound, InsufficientScope and Conflict (the endpoint is disabled).
    """
    with transaction.atomic():
        event = get(customer_id, endpoint_id, event_id, by=by)
        endpoint = _enabled(customer_id, endpoint_id, by)
        _again(_of(endpoint).filter(pk=event.pk))
        by.record(customer_id, "webhook.redelivered", f"{endpoint_id} {event_id}")
        event.refresh_from_db()
    return event


@repeated
def redeliver_range(
    customer_id: int,
    endpoint_id: str,
    *,
    since: datetime,
    until: datetime | None = None,
    only_failed: bool = True,
    by: Actor,
) -> int:
    """Send again what was noted from `since` up to `until`, the oldest first; how many there are.

    Raises NotFound, InsufficientScope, InvalidArgument and Conflict (the endpoint is disabled).
    """
    until = until or clock.now()
    if since >= until:
        raise InvalidArgument("'since' must be before 'until'.", details={"argument": "since"})
    with transaction.atomic():
        endpoint = _enabled(customer_id, endpoint_id, by)
        rows = _of(endpoint).filter(created_at__gte=since, created_at__lt=until)
        states = [State.FAILED] if only_failed else [State.FAILED, State.DELIVERED]
        count = _again(rows.filter(state__in=states))
        by.record(customer_id, "webhook.redelivered", f"{endpoint_id}, {count} events")
    return count


def purge() -> int:
    """Delete what has been kept long enough, and secrets whose overlap is over; how many events."""
    now, deleted = clock.now(), 0
    old = ForwardedEvent.objects.unscoped().filter(created_at__lt=now - KEPT).order_by("created_at")
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        ForwardedEvent.objects.unscoped().filter(pk__in=batch).delete()
        deleted += len(batch)
    over = WebhookEndpoint.objects.unscoped().filter(before_until__lte=now)
    over.update(sealed_before="", before_until=None)
    return deleted


def _again(rows: "QuerySet[ForwardedEvent]") -> int:
    count = rows.update(state=State.PENDING, tries=0, next_try_at=clock.now())
    if count:
        transaction.on_commit(outbox.send_soon, robust=True)
    return count


def _enabled(customer_id: int, endpoint_id: str, by: Actor) -> WebhookEndpoint:
    endpoint = endpoints.get(customer_id, endpoint_id, by=by)
    if not endpoint.enabled:
        raise Conflict("This webhook is disabled. Enable it, then try again.")
    return endpoint


def _of(endpoint: WebhookEndpoint) -> "QuerySet[ForwardedEvent]":
    return ForwardedEvent.objects.of(endpoint.customer_id).filter(endpoint=endpoint.pk)
