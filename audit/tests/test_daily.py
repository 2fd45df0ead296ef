"""Counts of days: each sealed call once, nobody else's, nothing but calls."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from audit import chain, daily, records
from audit.log import Closing, Opening, close_rows, open_rows
from audit.models import DailyCount
from hermes.core import clock, ids

TODAY = (date(2000, 1, 1), date(2100, 1, 1))


def call(customer_id: int, **known: Any) -> None:
    call_id, outcome, units = ids.new("call"), known.pop("outcome", "ok"), known.pop("units", 1)
    told = {"actor": "key:key_1", "mode": "live", "platform": "whatsapp", "tool": "t", "surface": "rest"}
    opening = Opening(call_id=call_id, customer_id=customer_id, at=clock.now(), **{**told, **known})
    closing = Closing(call_id=call_id, at=clock.now(), outcome=outcome, units=units, duration_ms=1)
    with transaction.atomic(), connection.cursor() as cursor:
        open_rows(cursor, [opening])
        close_rows(cursor, [closing])


@pytest.fixture
def counted(acme: Any) -> int:
    """A customer with five calls, sealed in two runs."""
    mine = int(acme.customer.pk)
    call(mine)
    call(mine, units=3)
    chain.seal(mine)
    call(mine, outcome="rate_limited", units=0)
    call(mine, platform="", actor="agent:agt_1")
    call(mine, mode="test", units=7)
    records.record(customer_id=mine, action="key.issued", actor="user:1", surface="portal")
    chain.seal(mine)
    chain.seal(mine)
    return mine


def test_days_have_what_was_used_of_each_platform(counted: int) -> None:
    today = clock.now().date()
    live = {
        (today, "whatsapp"): daily.Share("whatsapp", calls=3, failed=1, units=4),
        (today, ""): daily.Share("", calls=1, failed=0, units=1),
    }
    assert daily.by_day(counted, "live", *TODAY) == live
    assert daily.by_platform(live) == [*live.values()]
    assert [s.units for s in daily.by_day(counted, "test", *TODAY).values()] == [7]
    assert daily.by_day(counted, "live", TODAY[0], today - timedelta(days=2)) == {}


def test_callers_come_with_the_one_that_used_most_first(counted: int) -> None:
    assert daily.by_caller(counted, "live", *TODAY) == [
        daily.Share("key:key_1", calls=3, failed=1, units=4),
        daily.Share("agent:agt_1", calls=1, failed=0, units=1),
    ]


def test_strangers_calls_are_not_among_them(counted: int, globex: Any) -> None:
    assert daily.by_day(globex.customer.pk, "live", *TODAY) == {}
    call(globex.customer.pk)
    chain.seal(globex.customer.pk)
    assert sum(share.units for share in daily.by_caller(counted, "live", *TODAY)) == 5


def test_counts_are_kept_for_thirteen_months(counted: int) -> None:
    rows = DailyCount.objects.filter(customer=counted)
    rows.filter(mode="test").update(day=clock.now().date() - timedelta(days=402))
    daily.purge()
    assert set(rows.values_list("mode", flat=True)) == {"live"}
