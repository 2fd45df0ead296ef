"""Units are granted exactly, one by one when not all fit, and given back when a call failed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from billing import quota
from billing.models import UsagePeriod
from billing.quota import Granted, Want

PERIOD = "2026-11"


@pytest.fixture
def customer_id(acme: Any) -> int:
    """A customer whose months of 2026-11 are not begun."""
    UsagePeriod.objects.filter(customer=acme.customer.pk).delete()
    return int(acme.customer.pk)


def want(customer_id: int, units: int = 1, limit: int = 10, mode: str = "live", period: str = PERIOD) -> Want:
    return Want(customer_id, mode, period, limit, units)


def with_cursor(work: Any, wants: Sequence[Want]) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        return work(cursor, wants)


def reserve(*wants: Want) -> list[Granted]:
    granted: list[Granted] = with_cursor(quota.reserve, wants)
    return granted


def used(customer_id: int, mode: str = "live", period: str = PERIOD) -> int:
    return UsagePeriod.objects.get(customer=customer_id, mode=mode, period=period).used


def test_the_first_call_of_a_month_begins_it(customer_id: int) -> None:
    assert reserve(want(customer_id, 3)) == [Granted(ok=True, left=7)]
    row = UsagePeriod.objects.get(customer=customer_id, mode="live", period=PERIOD)
    assert (row.quota, row.used) == (10, 3)


def test_a_begun_month_keeps_its_quota_whatever_a_caller_believes(customer_id: int) -> None:
    reserve(want(customer_id, 1, limit=2))
    assert reserve(want(customer_id, 1, limit=50), want(customer_id, 1, limit=50)) == [
        Granted(ok=True, left=0),
        Granted(ok=False, left=0),
    ]


def test_of_a_group_that_does_not_fit_each_item_that_fits_is_granted(customer_id: int) -> None:
    wants = [want(customer_id, units) for units in (4, 5, 3, 1, 1)]
    assert [granted.ok for granted in reserve(*wants)] == [True, True, False, True, False]
    assert used(customer_id) == 10


def test_a_refused_want_reserves_nothing(customer_id: int) -> None:
    assert reserve(want(customer_id, 11)) == [Granted(ok=False, left=10)]
    assert used(customer_id) == 0


def test_customers_modes_and_months_are_counted_apart(customer_id: int, globex: Any) -> None:
    other = int(globex.customer.pk)
    UsagePeriod.objects.filter(customer=other).delete()
    granted = reserve(
        want(customer_id, 10),
        want(other, 10),
        want(customer_id, 10, mode="test"),
        want(customer_id, 10, period="2026-12"),
    )
    assert all(each.ok for each in granted)
    assert used(customer_id) == used(other) == 10
    assert used(customer_id, mode="test") == used(customer_id, period="2026-12") == 10


def test_released_units_can_be_used_again(customer_id: int) -> None:
    reserve(want(customer_id, 10))
    with_cursor(quota.release, [want(customer_id, 4), want(customer_id, 1)])
    assert used(customer_id) == 5
    assert reserve(want(customer_id, 5)) == [Granted(ok=True, left=0)]


def test_releasing_never_counts_below_nothing(customer_id: int) -> None:
    reserve(want(customer_id, 1))
    with_cursor(quota.release, [want(customer_id, 5), want(customer_id, 5, period="2031-01")])
    assert used(customer_id) == 0


def test_nothing_asked_is_nothing_done() -> None:
    assert with_cursor(quota.release, []) is None


def test_a_month_is_the_calendars_in_utc() -> None:
    assert quota.period_of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == "2026-11"
    assert quota.period_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2027-01"
