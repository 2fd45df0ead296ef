"""Stripe's events in whatever order they come: the newest state counts."""

import itertools
import random
from typing import Any

import pytest

from inbox.tests.stripe import MONTH_S, Payer, acts, at, bring, drain, items, post, settle, standing
from tests.support.api import Api

STATE = ("plan", "status", "period_start", "period_end", "ends_at", "payment", "next_payment_at")


def test_wh12_updates_that_come_reversed_leave_the_newest_state(api: Api, free: Any, payer: Payer) -> None:
    older = payer.told("updated", 10, price="price_starter")
    newer = payer.told("updated", 20, price="price_growth")
    assert bring(api, payer.told("created"), newer, older) == ["done"] * 3
    assert standing(api, free)["plan"] == "growth"
    assert [action for action, _ in acts(free)].count("customer.plan_changed") == 2


def history(payer: Payer, person: Any) -> list[dict[str, Any]]:
    """A subscription's whole life with other prices, a late payment and a cancellation."""
    return [
        payer.checkout(person.customer.public_id),
        payer.told("created", 1, "incomplete"),
        payer.told("updated", 1, "active", before={"status": "incomplete"}),
        payer.invoice("paid", 1),
        payer.told("updated", 50, "active", "price_growth"),
        payer.invoice("payment_failed", 90),
        payer.told("updated", 90, "past_due", "price_growth", before={"status": "active"}),
        payer.invoice("paid", 99),
        payer.told("updated", 100, "active", "price_growth", cancel_at_period_end=True),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_a_history_comes_it_ends_in_the_same_state(
    api: Api, make_customer: Any, seed: int
) -> None:
    ends = []
    for order in (None, random.Random(seed)):  # noqa: S311  (repeatable)
        person, payer = make_customer("acme", plan="free"), Payer()
        told = history(payer, person)
        if order is not None:
            told += order.sample(told, 4)
            order.shuffle(told)
        for body in told:
            assert post(api, body) == 200
            drain()
        drain()
        assert [settle(body).state for body in told] == ["done"] * len(told)
        ends.append({name: standing(api, person)[name] for name in STATE})
    assert ends[0] == ends[1]
    assert (ends[0]["plan"], ends[0]["ends_at"], ends[0]["payment"]) == ("growth", at(MONTH_S), "paid")


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_two_updates_in_one_second_the_one_that_changed_what_the_other_told_is_the_later(
    api: Api, free: Any, payer: Payer, is_reversed: bool
) -> None:
    first = payer.told("updated", 5, "active", before={"status": "trialing"})
    second = payer.told("updated", 5, "active", "price_growth", before={"items": items("price_starter")})
    states = bring(
        api, payer.told("created", 1, "trialing"), *([second, first] if is_reversed else [first, second])
    )
    assert states == ["done"] * 3
    assert standing(api, free)["plan"] == "growth"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_created_updated_and_deleted_in_one_second_end_deleted(
    api: Api, free: Any, payer: Payer, order: tuple[int, ...]
) -> None:
    told = [payer.told(change, 1) for change in ("created", "updated", "deleted")]
    assert bring(api, *(told[n] for n in order)) == ["done"] * 3
    assert (standing(api, free)["plan"], standing(api, free)["status"]) == ("free", "canceled")


def test_an_older_failure_does_not_undo_a_payment(api: Api, free: Any, payer: Payer) -> None:
    bring(api, payer.told("created"), payer.invoice("paid", 9), payer.invoice("payment_failed", 8))
    assert standing(api, free)["payment"] == "paid"
    bring(api, payer.invoice("payment_failed", 9))
    assert standing(api, free)["payment"] == "paid"
    bring(api, payer.invoice("payment_failed", 10))
    assert standing(api, free)["payment"] == "failed"
