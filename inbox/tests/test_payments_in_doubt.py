"""What Stripe is asked: where the order of events stays open, and where it has fallen silent."""

import itertools
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any

import pytest

from billing.models import StripeSubscription
from hermes.core import clock
from inbox.tests.stripe import MONTH_S, T0, Payer, bring, items, standing
from tenants.tasks import ask_stripe
from tests.support.api import Api
from tests.support.upstream import Asked, Upstream

KEY = "sk_test_51Hermes"


@pytest.fixture
def stripe(upstream: Upstream, settings: Any) -> Iterator[Upstream]:
    """Stripe's API on loopback; nothing of other tests is in doubt."""
    StripeSubscription.objects.update(asked_at=clock.now())
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, upstream.base
    settings.OPERATOR_BASES = frozenset({*settings.OPERATOR_BASES, upstream.base})
    yield upstream
    StripeSubscription.objects.update(asked_at=clock.now())


def answers(stripe: Upstream, told: Any, status: int = 200) -> None:
    """Stripe's next answer, of now."""
    date = format_datetime(clock.now().replace(microsecond=0), usegmt=True)
    stripe.script.append((status, {"Date": date}, told))


def asked(stripe: Upstream) -> list[Asked]:
    ask_stripe()
    found = [*stripe.asked]
    stripe.asked.clear()
    return found


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_updates_in_one_second_end_as_stripe_says(
    api: Api, free: Any, payer: Payer, stripe: Upstream, order: tuple[int, ...]
) -> None:
    told = [
        payer.told("updated", 5, "active", before={"status": "trialing"}),
        payer.told("updated", 5, "active", "price_growth", before={"items": items("price_starter")}),
        payer.told("updated", 5, "active", before={"items": items("price_growth")}),
    ]
    bring(api, payer.told("created", 1, "trialing"), *(told[n] for n in order))
    answers(stripe, told[2]["data"]["object"])
    (question,) = asked(stripe)
    assert (question.method, question.path) == ("GET", f"/v1/subscriptions/{payer.subscription_id}")
    assert question.headers["Authorization"] == f"Bearer {KEY}"
    assert standing(api, free)["plan"] == "starter"
    assert asked(stripe) == []
    assert bring(api, *told) == ["done"] * 3
    assert standing(api, free)["plan"] == "starter"


def expired(payer: Payer) -> dict[str, Any]:
    """A subscription whose period ended two months ago, and nothing was heard since."""
    told = payer.told("created", -3 * MONTH_S)
    item = told["data"]["object"]["items"]["data"][0]
    item["current_period_start"], item["current_period_end"] = T0 - 3 * MONTH_S, T0 - 2 * MONTH_S
    return told


def test_an_end_that_was_never_told_is_found_when_the_period_is_over(
    api: Api, free: Any, payer: Payer, stripe: Upstream
) -> None:
    bring(api, expired(payer))
    assert standing(api, free)["plan"] == "starter"
    answers(stripe, payer.object("canceled"))
    assert len(asked(stripe)) == 1
    assert (standing(api, free)["plan"], standing(api, free)["status"]) == ("free", "canceled")


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"error": {"type": "api_error"}}),
        (401, {"error": {"type": "invalid_request_error", "message": f"No such key: {KEY}"}}),
        (404, {"error": {"code": "resource_missing"}}),
        (200, {"id": "sub_1", "object": "subscription"}),
        (200, []),
        (200, "text"),
        "cut",
        "another payer's",
        "an unknown price",
    ],
)
def test_an_answer_that_is_none_changes_nothing_and_is_asked_for_again(
    api: Api,
    free: Any,
    payer: Payer,
    stripe: Upstream,
    answer: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bring(api, expired(payer))
    before = standing(api, free)
    if answer == "cut":
        stripe.script.append("cut")
    elif answer == "another payer's":
        answers(stripe, payer.object("canceled", customer=Payer().id))
    elif answer == "an unknown price":
        answers(stripe, payer.object(price="price_secret_deal"))
    else:
        answers(stripe, answer[1], answer[0])
    assert len(asked(stripe)) == 1
    assert standing(api, free) == before
    assert KEY not in caplog.text
    assert asked(stripe) == []
    StripeSubscription.objects.filter(stripe_id=payer.subscription_id).update(asked_at=None)
    answers(stripe, payer.object("canceled"))
    assert len(asked(stripe)) == 1
    assert standing(api, free)["plan"] == "free"


def test_without_a_key_nothing_is_asked(
    api: Api, free: Any, payer: Payer, stripe: Upstream, settings: Any
) -> None:
    settings.STRIPE_SECRET_KEY = ""
    bring(api, expired(payer))
    assert asked(stripe) == []


def test_a_subscription_that_is_in_its_period_or_over_is_not_asked_about(
    api: Api, free: Any, payer: Payer, stripe: Upstream
) -> None:
    other = Payer()
    bring(api, payer.told("created"), other.checkout(free.customer.public_id), expired(other))
    bring(api, other.told("deleted", 1))
    assert asked(stripe) == []
