"""Letters about what the clock finds: a month's units nearly or wholly used, webhooks that fail."""

from datetime import timedelta

from django.urls import reverse

from billing import subscriptions
from hermes.core import clock
from inbox.forwarding import endpoints
from portal.letters import recipients
from tenants import customers
from tenants.models import ApiKey, Customer

QUOTA_PERCENT = (100, 80)
FAILING_FOR = timedelta(hours=24)
DISABLED_WITHIN = timedelta(days=3)


def look_around() -> None:
    """Write what is to be told; whoever was told of an occurrence is not told again."""
    _look_at_quotas()
    _look_at_webhooks()


def _look_at_quotas() -> None:
    now = clock.now()
    for month in subscriptions.months_used(ApiKey.Mode.LIVE, percent=QUOTA_PERCENT[-1]):
        reached = next(p for p in QUOTA_PERCENT if month.used * 100 >= month.quota * p)
        customer = customers.by_row(month.customer_id)
        if customer.status != Customer.Status.ACTIVE:
            continue
        recipients.tell(
            "quota",
            customer,
            recipients.WHO_MANAGE,
            {"percent": reached, "used": month.used, "quota": month.quota, "month": now},
            occurrence=f"quota:{customer.public_id}:{month.period}:{reached}",
            address=reverse("usage:index"),
        )


def _look_at_webhooks() -> None:
    now = clock.now()
    for endpoint in endpoints.in_trouble(failing_before=now - FAILING_FOR, since=now - DISABLED_WITHIN):
        began = endpoint.failing_since if endpoint.enabled else endpoint.disabled_at
        if endpoint.customer.status != Customer.Status.ACTIVE or began is None:
            continue
        recipients.tell(
            "webhook",
            endpoint.customer,
            recipients.WHO_MANAGE,
            {
                "webhook": endpoint.public_id,
                "host": endpoints.host_of(endpoint),
                "is_off": not endpoint.enabled,
                "reason": endpoint.disabled_reason,
                "began": began,
            },
            occurrence=f"webhook:{endpoint.public_id}:{endpoint.enabled:d}:{began:%Y%m%dT%H%M%S}",
            address=reverse("webhooks:detail", args=[endpoint.public_id]),
        )
