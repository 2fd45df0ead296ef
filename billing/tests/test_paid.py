"""Prices and plans: what the settings may say, and which plan is the best."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from billing import paid
from billing.plans import best


def test_a_price_of_a_plan_that_does_not_exist_is_refused_at_the_start(settings: Any) -> None:
    settings.STRIPE_PRICES = {"price_1": "starter", "price_2": "gold"}
    with pytest.raises(ImproperlyConfigured, match="price_2 is for 'gold'"):
        paid.check_prices()


@pytest.mark.parametrize(
    ("slugs", "wanted"),
    [
        ([], "free"),
        (["gold"], "free"),
        (["starter", "growth", "free"], "growth"),
        (["", "starter"], "starter"),
    ],
)
def test_the_best_plan_is_the_largest_one_that_exists(slugs: list[str], wanted: str) -> None:
    assert best(slugs) == wanted
