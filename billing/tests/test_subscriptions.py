"""Plans: what a customer is on, what changing it does to this month, and what has been used."""

from typing import Any

import pytest

from billing import quota, subscriptions
from billing.models import Subscription, UsagePeriod
from billing.plans import PLANS
from hermes.core import clock
from hermes.core.errors import InvalidArgument


def test_without_a_subscription_the_plan_is_free(acme: Any) -> None:
    Subscription.objects.filter(customer=acme.customer).delete()
    assert subscriptions.plan_of(acme.customer.pk) is PLANS["free"]


def test_a_changed_plan_changes_this_months_quota_and_keeps_what_was_used(acme: Any) -> None:
    pk, period = acme.customer.pk, quota.period_of(clock.now())
    subscriptions.change_plan(pk, "starter")
    UsagePeriod.objects.filter(customer=pk, mode="live", period=period).update(used=1_200)
    subscriptions.change_plan(pk, "free")
    assert subscriptions.plan_of(pk) is PLANS["free"]
    assert subscriptions.usage(pk, "live") == {
        "plan": "free",
        "mode": "live",
        "period": period,
        "used": 1_200,
        "quota": 1_000,
        "left": 0,
    }


def test_a_changed_plan_begins_this_month_so_that_no_old_quota_can(acme: Any) -> None:
    UsagePeriod.objects.filter(customer=acme.customer).delete()
    subscriptions.change_plan(acme.customer.pk, "growth")
    rows = UsagePeriod.objects.filter(customer=acme.customer).values_list("mode", "quota", "used")
    assert sorted(rows) == [("live", 200_000, 0), ("test", 200_000, 0)]


def test_an_earlier_month_is_left_as_it_was(acme: Any) -> None:
    pk = acme.customer.pk
    UsagePeriod.objects.create(customer_id=pk, mode="live", period="2020-01", quota=5, used=5)
    subscriptions.change_plan(pk, "free")
    assert UsagePeriod.objects.get(customer=pk, period="2020-01").quota == 5


def test_a_month_without_calls_has_used_nothing(acme: Any) -> None:
    subscriptions.change_plan(acme.customer.pk, "starter")
    UsagePeriod.objects.filter(customer=acme.customer).delete()
    usage = subscriptions.usage(acme.customer.pk, "test")
    assert (usage["used"], usage["left"], usage["quota"]) == (0, 20_000, 20_000)


def test_an_unknown_plan_is_refused_and_changes_nothing(acme: Any) -> None:
    before = subscriptions.plan_of(acme.customer.pk)
    with pytest.raises(InvalidArgument, match="free, starter"):
        subscriptions.change_plan(acme.customer.pk, "gold")
    assert subscriptions.plan_of(acme.customer.pk) is before
