"""This month's units beside the plan's: where it is heading, and what they went to."""

import calendar
import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from audit import daily
from billing import subscriptions
from billing.plans import PLANS
from connectors.registry import all_connectors
from hermes.core import clock
from portal import callers as names_of
from portal.access import MemberRequest, for_members
from portal.usage import charts
from tenants.models import ApiKey

NEAR_PERCENT = 80
ACROSS = "Across platforms"  # the hermes_… tools, whose calls are of no platform
MOST_CALLERS = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Month:
    """Units of one mode, and what they come to at the month's end if it goes on as until now."""

    used: int
    quota: int
    left: int
    forecast: int

    @property
    def percent(self) -> int:
        """Of the quota, at most 100."""
        return min(100, self.used * 100 // self.quota) if self.quota else 100

    @property
    def is_near(self) -> bool:
        """Whether the quota is nearly used, or will be before the month ends."""
        return self.percent >= NEAR_PERCENT or self.forecast > self.quota


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """What one platform or caller used; `percent` is of the one that used most."""

    name: str
    share: daily.Share
    percent: int


@for_members("billing:read")
def index(request: MemberRequest) -> HttpResponse:
    """Units of both modes and the plan; of one mode and month what they went to."""
    visit = request.visit
    customer_id = visit.customer.pk
    mode = ApiKey.Mode.TEST if request.GET.get("mode") == "test" else ApiKey.Mode.LIVE
    first = _first_of(request.GET.get("month", ""))
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    names = {slug: connector.name for slug, connector in all_connectors().items()} | {"": ACROSS}
    days = daily.by_day(customer_id, mode, first, last)
    callers = daily.by_caller(customer_id, mode, first, last)[:MOST_CALLERS]
    kinds = {share.name.partition(":")[0] for share in callers}
    usages, standing = subscriptions.usages(customer_id), subscriptions.standing(customer_id)
    told = {
        "plan": PLANS[standing["plan"]],
        "standing": standing,
        "live": month_of(usages["live"]),
        "sandbox": month_of(usages["test"]),
        "mode": mode,
        "first": first,
        "chart": charts.chart(first, {place: share.units for place, share in days.items()}, names),
        "platforms": list(_rows(daily.by_platform(days), names)),
        "callers": list(_rows(callers, names_of.names(visit, kinds))),
        "before": _month_before(first),
        "after": _month_after(first),
    }
    return render(request, "portal/usage/index.html", told)


def month_of(told: Mapping[str, Any]) -> Month:
    """The month that `subscriptions.usage` tells of, with its forecast."""
    now = clock.now()
    days = calendar.monthrange(now.year, now.month)[1]
    gone = now.day - 1 + (now.hour + 1) / 24
    return Month(told["used"], told["quota"], told["left"], round(told["used"] * days / gone))


def _first_of(month: str) -> date:
    """The first day of a month as `2026-11`; of this one where it is none that is kept."""
    today = clock.now().date()
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return today.replace(day=1)
    return first if today - daily.KEPT <= first <= today else today.replace(day=1)


def _month_before(first: date) -> str:
    before = (first - timedelta(days=1)).replace(day=1)
    return f"{before:%Y-%m}" if before >= clock.now().date() - daily.KEPT else ""


def _month_after(first: date) -> str:
    after = (first + timedelta(days=31)).replace(day=1)
    return f"{after:%Y-%m}" if after <= clock.now().date() else ""


def _rows(shares: list[daily.Share], names: Mapping[str, str]) -> Iterator[Row]:
    most = max((share.units for share in shares), default=0) or 1
    for share in shares:
        yield Row(names.get(share.name, share.name), share, share.units * 100 // most)
