"""The plan says how long audit entries are kept (AD15)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from audit import chain, records, retention, trail
from billing.plans import PLANS
from hermes.core import clock

DAY = timedelta(days=1)


@pytest.mark.parametrize("plan", PLANS)
def test_ad15_entries_are_kept_for_the_plan_s_days_and_no_longer(
    make_customer: Callable[..., Any], plan: str
) -> None:
    customer_id = make_customer("initech", plan=plan).customer.pk
    records.record(customer_id=customer_id, action="sample", actor="x", surface="rest")
    chain.seal(customer_id)
    days = PLANS[plan].retention_days
    with time_machine.travel(clock.now() + (days - 1) * DAY):
        assert retention.purge(customer_id) == 0
    with time_machine.travel(clock.now() + (days + 1) * DAY):
        assert retention.purge(customer_id) > 0
        assert trail.page(customer_id).entries == []
        assert chain.verify(customer_id) is None
