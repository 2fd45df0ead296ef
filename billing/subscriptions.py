"""Which plan a customer is on, and what it has used."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from billing import paid
from billing.models import Subscription, UsagePeriod
from billing.plans import PLANS, Plan, best
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


def change_plan(customer_id: int, slug: str) -> str:
    """Give the customer a plan; returns the plan it is on then, a better one where it pays for that.

    This month's quota changes with it, what was used stays used. The caller makes processes read the
    customer anew (`hermes.core.epoch`). Raises InvalidArgument.
    """
    if slug not in PLANS:
        raise InvalidArgument(f"There is no such plan; the plans are {', '.join(PLANS)}.")
    with transaction.atomic():
        row = locked(customer_id)
        row.given = slug
        return _put(row)


def settle(customer_id: int) -> str:
    """Put the customer on the plan that it is given or pays for; returns it, or nothing where it is on it.

    The caller makes processes read the customer anew.
    """
    with transaction.atomic():
        row = locked(customer_id)
        return _put(row) if row.plan != _due(row) else ""


def standing(customer_id: int) -> dict[str, Any]:
    """The customer's plan and what it pays for, as `paid.standing` says; JSON-ready."""
    told = paid.standing(customer_id)
    times = {name: clock.iso(value) for name, value in told.items() if isinstance(value, datetime)}
    return {"plan": plan_of(customer_id).slug, **told, **times}


def locked(customer_id: int) -> Subscription:
    """The customer's subscription, locked to the end of the caller's transaction."""
    return Subscription.objects.select_for_update().get_or_create(customer_id=customer_id)[0]


def _due(row: Subscription) -> str:
    return best([row.given, paid.plan_paid(row.customer_id)])


def _put(row: Subscription) -> str:
    row.plan = _due(row)
    row.save()
    quota, period = PLANS[row.plan].calls_per_month, period_of(clock.now())
    # Made here where missing: a process that still knows the old plan would begin them with its quota.
    for mode in MODES:
        UsagePeriod.objects.update_or_create(
            customer_id=row.customer_id, mode=mode, period=period, defaults={"quota": quota}
        )
    return row.plan


def months_used(mode: str, *, percent: int) -> Iterator[UsagePeriod]:
    """This month's rows of all customers that have used so many percent of their units, or more."""
    rows = UsagePeriod.objects.filter(mode=mode, period=period_of(clock.now()), used__gt=0)
    return rows.filter(quota__lte=F("used") * 100 / percent).order_by("pk").iterator()


def usages(customer_id: int) -> dict[str, dict[str, Any]]:
    """This month's units of every mode, as `usage` tells them."""
    plan, period = plan_of(customer_id), period_of(clock.now())
    rows = {row.mode: row for row in UsagePeriod.objects.filter(customer=customer_id, period=period)}
    return {mode: _told(plan, mode, period, rows.get(mode)) for mode in MODES}


def usage(customer_id: int, mode: str, period: str | None = None) -> dict[str, Any]:
    """A month's units in one mode (this month's): `{"plan", "mode", "period", "used", "quota", "left"}`."""
    plan, period = plan_of(customer_id), period or period_of(clock.now())
    row = UsagePeriod.objects.filter(customer=customer_id, mode=mode, period=period).first()
    return _told(plan, mode, period, row)


def _told(plan: Plan, mode: str, period: str, row: UsagePeriod | None) -> dict[str, Any]:
    used, quota = (row.used, row.quota) if row is not None else (0, plan.calls_per_month)
    return {
        "plan": plan.slug,
        "mode": mode,
        "period": period,
        "used": used,
        "quota": quota,
        "left": max(0, quota - used),
    }
