"""This month's units beside the plan's, and where the month is heading."""

import calendar
import dataclasses
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from billing import subscriptions
from hermes.core import clock
from portal.access import MemberRequest, for_members

NEAR_PERCENT = 80


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


@for_members("billing:read")
def index(request: MemberRequest) -> HttpResponse:
    """Live and sandbox units, the plan and its payment."""
    customer_id = request.visit.customer.pk
    told = {
        "plan": subscriptions.plan_of(customer_id),
        "standing": subscriptions.standing(customer_id),
        "live": month_of(subscriptions.usage(customer_id, "live")),
        "sandbox": month_of(subscriptions.usage(customer_id, "test")),
    }
    return render(request, "portal/usage/index.html", told)


def month_of(told: Mapping[str, Any]) -> Month:
    """The month that `subscriptions.usage` tells of, with its forecast."""
    now = clock.now()
    days = calendar.monthrange(now.year, now.month)[1]
    gone = now.day - 1 + (now.hour + 1) / 24
    return Month(told["used"], told["quota"], told["left"], round(told["used"] * days / gone))
