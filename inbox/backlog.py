"""How much lies in the tables that are queues, counted no further than anybody needs to know."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hermes.core import clock
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from inbox.models import WebhookDelivery

LIMIT_COUNTED = 1000


def deliveries() -> dict[str, int]:
    """Deliveries that are not done, by state, each up to `LIMIT_COUNTED`."""
    states = WebhookDelivery.State
    rows = WebhookDelivery.objects
    return {
        str(state): _count(rows.filter(state=state))
        for state in (states.RECEIVED, states.UNROUTED, states.QUARANTINED)
    }


def oldest_due() -> datetime | None:
    """Since when the delivery waits that should have been settled first; None where none is due."""
    due = WebhookDelivery.objects.filter(state=WebhookDelivery.State.RECEIVED, next_try_at__lte=clock.now())
    return due.order_by("next_try_at").values_list("next_try_at", flat=True).first()


def forwarding() -> dict[str, int]:
    """Events on their way to customers' systems, and customers' webhooks that fail or were stopped."""
    endpoints = WebhookEndpoint.objects.unscoped()
    return {
        "pending": _count(ForwardedEvent.objects.unscoped().filter(state=ForwardedEvent.State.PENDING)),
        "failing": _count(endpoints.filter(enabled=True, failing_since__isnull=False)),
        "disabled": _count(endpoints.filter(enabled=False)),
    }


def _count(rows: "QuerySet[Any]") -> int:
    return rows.order_by()[:LIMIT_COUNTED].count()
