"""What Stripe's events do: who pays, the plan that follows, and how late payments go."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from billing import paid
from billing.models import StripeCustomer, StripeSubscription, Subscription
from hermes.core import clock
from inbox.tests.stripe import (
    MONTH_S,
    T0,
    Payer,
    acts,
    at,
    bring,
    drain,
    event,
    items,
    kept,
    settle,
    standing,
)
from tenants import actors, customers, erasure
from tenants.tasks import end_unpaid_plans
from tests.support.api import Api


def test_a_completed_checkout_and_its_subscription_put_the_customer_on_the_plan(api: Api, free: Any) -> None:
    before = standing(api, free)
    assert (before["plan"], before["status"], before["payment"]) == ("free", "none", "none")
    payer = Payer()
    assert bring(api, payer.checkout(free.customer.public_id)) == ["done"]
    assert standing(api, free) == before
    assert bring(api, payer.told("created", 1), payer.invoice("paid", 2)) == ["done", "done"]
    assert standing(api, free) == {
        "plan": "starter",
        "status": "active",
        "period_start": at(0),
        "period_end": at(MONTH_S),
        "ends_at": None,
        "grace_until": None,
        "payment": "paid",
        "next_payment_at": None,
    }
    assert api.get("/api/usage", free.live_key).json()["quota"] == 20_000
    assert acts(free) == [
        ("billing.linked", payer.id),
        ("billing.subscription", f"{payer.subscription_id} active"),
        ("customer.plan_changed", "plan starter"),
        ("billing.payment", f"{payer.subscription_id} paid"),
    ]


@pytest.mark.parametrize("named", ["metadata of the checkout", "metadata of the subscription"])
def test_metadata_may_name_the_customer(api: Api, free: Any, named: str) -> None:
    payer, metadata = Payer(), {"hermes_customer": free.customer.public_id, "shop": "north"}
    if named == "metadata of the checkout":
        events = [payer.checkout(None, metadata=metadata), payer.told("created", 1)]
    else:
        events = [payer.told("created", 1, metadata=metadata), payer.checkout(None)]
    assert bring(api, *events) == ["done", "done"]
    assert standing(api, free)["plan"] == "starter"


def test_what_comes_before_the_checkout_waits_for_it(api: Api, free: Any) -> None:
    payer = Payer()
    early = [payer.told("created", 1), payer.invoice("paid", 2)]
    assert bring(api, *early) == ["unrouted", "unrouted"]
    assert not StripeSubscription.objects.filter(stripe_id=payer.subscription_id).exists()
    assert bring(api, payer.checkout(free.customer.public_id)) == ["done"]
    assert [settle(body).state for body in early] == ["done", "done"]
    assert (standing(api, free)["plan"], standing(api, free)["payment"]) == ("starter", "paid")


def test_wh12_an_event_posted_twice_has_one_effect(api: Api, free: Any, payer: Payer) -> None:
    told = payer.told("created", 1)
    assert bring(api, told, {**told, "pending_webhooks": 0}, told) == ["done"] * 3
    assert [action for action, _ in acts(free)].count("billing.subscription") == 1


@pytest.mark.parametrize(
    ("status", "plan"),
    [
        ("active", "growth"),
        ("trialing", "growth"),
        ("past_due", "growth"),
        ("unpaid", "free"),
        ("canceled", "free"),
        ("incomplete", "free"),
        ("incomplete_expired", "free"),
        ("paused", "free"),
        ("something_new", "free"),
    ],
)
def test_the_status_says_whether_the_plan_holds(
    api: Api, free: Any, payer: Payer, status: str, plan: str
) -> None:
    now = int(clock.now().timestamp()) - T0
    bring(api, payer.told("created", now - 60), payer.told("updated", now, status, "price_growth"))
    assert (standing(api, free)["plan"], standing(api, free)["status"]) == (plan, status)


def test_a_late_payment_leaves_the_plan_for_the_grace_and_a_paid_one_brings_it_back(
    api: Api, free: Any, payer: Payer
) -> None:
    now = int(clock.now().timestamp()) - T0
    late = payer.told("updated", now, "past_due")
    bring(api, payer.told("created"), payer.invoice("payment_failed", now), late)
    told = standing(api, free)
    until = datetime.fromtimestamp(T0 + now, UTC) + paid.GRACE
    assert (told["plan"], told["payment"], told["grace_until"]) == ("starter", "failed", clock.iso(until))
    assert told["next_payment_at"] == at(now + 3 * 86_400)

    rows = StripeSubscription.objects.filter(stripe_id=payer.subscription_id)
    rows.update(past_due_since=clock.now() - paid.GRACE + timedelta(hours=1))
    end_unpaid_plans()
    assert standing(api, free)["plan"] == "starter"
    rows.update(past_due_since=clock.now() - paid.GRACE - timedelta(seconds=1))
    end_unpaid_plans()
    assert (standing(api, free)["plan"], standing(api, free)["status"]) == ("free", "past_due")
    assert api.get("/api/usage", free.live_key).json()["quota"] == 1_000
    assert free.customer.pk not in paid.out_of_grace()

    bring(api, payer.invoice("paid", now + 5), payer.told("updated", now + 5, "active"))
    told = standing(api, free)
    assert (told["plan"], told["payment"], told["grace_until"]) == ("starter", "paid", None)


def test_a_price_that_is_of_no_plan_changes_nothing_until_it_is_known(
    api: Api, free: Any, payer: Payer, settings: Any
) -> None:
    told = payer.told("updated", 9, price="price_secret_deal")
    assert bring(api, payer.told("created"), told) == ["done", "quarantined"]
    row = kept(told)
    assert row is not None
    assert "price_secret_deal" in row.reason
    assert standing(api, free)["plan"] == "starter"
    settings.STRIPE_PRICES = {**settings.STRIPE_PRICES, "price_secret_deal": "enterprise"}
    call_command("replay_webhooks", "--id", row.public_id)
    drain()
    assert standing(api, free)["plan"] == "enterprise"


def test_a_subscription_that_ends_needs_no_known_price(api: Api, free: Any, payer: Payer) -> None:
    bring(api, payer.told("created"), payer.told("deleted", 9, price="price_secret_deal"))
    assert standing(api, free)["plan"] == "free"


def test_of_several_prices_and_subscriptions_the_best_plan_holds(api: Api, free: Any, payer: Payer) -> None:
    both = {"data": [*items("price_growth")["data"], *items("price_starter")["data"]]}
    other = Payer()
    bring(api, payer.told("created", 1, items=both), other.checkout(free.customer.public_id, 2))
    bring(api, other.told("created", 3))
    assert standing(api, free)["plan"] == "growth"
    bring(api, payer.told("deleted", 4))
    assert (standing(api, free)["plan"], standing(api, free)["status"]) == ("starter", "active")


def test_a_plan_that_is_given_holds_without_payment_and_is_never_lowered_by_one(api: Api, acme: Any) -> None:
    payer = Payer()
    bring(api, payer.checkout(acme.customer.public_id), payer.told("created", 1))
    assert standing(api, acme)["plan"] == "growth"
    bring(api, payer.told("deleted", 2))
    assert standing(api, acme)["plan"] == "growth"
    again = Payer()
    bring(api, again.checkout(acme.customer.public_id, 3), again.told("created", 4))
    customers.change_plan(acme.customer, "free")
    assert standing(api, acme)["plan"] == "starter"
    assert Subscription.objects.get(customer=acme.customer).given == "free"


def test_older_versions_of_the_api_are_read_too(api: Api, free: Any, payer: Payer) -> None:
    told = payer.told("created", current_period_start=T0 + 7, current_period_end=T0 + 70)
    del told["data"]["object"]["items"]["data"][0]["current_period_start"]
    del told["data"]["object"]["items"]["data"][0]["current_period_end"]
    bring(api, told, payer.invoice("payment_failed", 1, parent=None, subscription=payer.subscription_id))
    now = standing(api, free)
    assert (now["period_start"], now["period_end"], now["payment"]) == (at(7), at(70), "failed")


@pytest.mark.parametrize("kind", ["customer.created", "charge.succeeded", "something.new"])
def test_events_about_something_else_are_done_and_change_nothing(api: Api, kind: str) -> None:
    assert bring(api, event(kind, {"id": "ch_1", "customer": Payer().id})) == ["done"]


def test_what_else_is_sold_by_the_same_account_is_nobodys(api: Api, free: Any) -> None:
    payer = Payer()
    once = payer.checkout(None, subscription=None, mode="payment")
    assert bring(api, once, payer.invoice("paid", parent=None)) == ["done", "done"]
    connected = payer.checkout(free.customer.public_id) | {"account": "acct_1"}
    assert bring(api, connected) == ["done"]
    assert not StripeCustomer.objects.filter(stripe_id=payer.id).exists()


def test_an_erased_customers_payments_are_forgotten_and_the_operator_told_to_end_them(
    api: Api, free: Any, payer: Payer
) -> None:
    odd = payer.told("updated", 9, price="price_secret_deal")
    bring(api, payer.told("created"), odd)
    erased = erasure.erase(free.customer, by=actors.SYSTEM)
    assert any(payer.id in line and "Cancel" in line for line in erased.told)
    row = kept(odd)
    assert row is not None
    assert (row.state, bytes(row.body), row.lane) == ("done", b"", "")
    assert not StripeSubscription.objects.filter(stripe_id=payer.subscription_id).exists()
    assert bring(api, payer.told("updated", 20)) == ["unrouted"]
    assert bring(api, payer.checkout(free.customer.public_id, 30)) == ["unrouted"]
