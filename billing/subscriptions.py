"""Which plan a customer is on, and what it has used."""

from typing import Any

from django.db import transaction

from billing.models import Subscription, UsagePeriod
from billing.plans import PLANS, Plan
from billing.quota import MODES, period_of
from hermes.core import clock
from hermes.core.errors import InvalidArgument

FREE = PLANS["free"]


def plan_of(customer_id: int) -> Plan:
    """The customer's plan; without a subscription the free one."""
    slug = Subscription.objects.filter(customer=customer_id).values_list("plan", flat=True).first()
    return PLANS.get(slug or "", FREE)


def retention_days(customer_id: int) -> int:
    """How long the customer's plan keeps its audit entries."""
    return plan_of(customer_id).retention_days


def change_plan(customer_id: int, slug: str) -> None:
    """Put the customer on a plan; this month's quota changes with it, what was used stays used.

    The caller makes processes read the customer anew (`hermes.core.epoch`). Raises InvalidArgument.
    """
    plan = PLANS.get(slug)
    if plan is None:
        raise InvalidArgument(f"There is no such plan; the plans are {', '.join(PLANS)}.")
    period = period_of(clock.now())
    with transaction.atomic():
        Subscription.objects.update_or_create(customer_id=customer_id, defaults={"plan": slug})
        # Made here where missing: a process that still knows the old plan would begin them with its quota.
        for mode in MODES:
            UsagePeriod.objects.update_or_create(
                customer_id=customer_id, mode=mode, period=period, defaults={"quota": plan.calls_per_month}
            )


def usage(customer_id: int, mode: str) -> dict[str, Any]:
    """This month's units in one mode: `{"plan", "mode", "period", "used", "quota", "left"}`."""
    plan, period = plan_of(customer_id), period_of(clock.now())
    row = UsagePeriod.objects.filter(customer=customer_id, mode=mode, period=period).first()
    used, quota = (row.used, row.quota) if row is not None else (0, plan.calls_per_month)
    return {
        "plan": plan.slug,
        "mode": mode,
        "period": period,
        "used": used,
        "quota": quota,
        "left": max(0, quota - used),
    }
