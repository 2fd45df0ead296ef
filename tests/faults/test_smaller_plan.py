"""A customer moved to a smaller plan, or suspended, under 200 calls: nothing is granted beyond it (RC05)."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx2
import pytest

from billing.models import UsagePeriod
from hermes.core.threads import blocking
from tenants import customers
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

CALLS = 200
AT_ONCE = 10
BEFORE = 50
SEND = {"to": "x", "text": "y"}


async def change_under_calls(key: str, change: Callable[[], Any]) -> tuple[list[int], list[int]]:
    """The answers to calls that began before a change was made known, and after."""
    from hermes.asgi import application

    before: list[int] = []
    after: list[int] = []
    changed = asyncio.Event()
    numbers = iter(range(CALLS))

    async def call_on(client: httpx2.AsyncClient) -> None:
        for _ in numbers:
            began_after = changed.is_set()
            answer = await client.post("/api/tools/probe_send", json=SEND, headers={"X-API-Key": key})
            (after if began_after else before).append(answer.status_code)
            if len(before) >= BEFORE and change_once:
                await blocking(change_once.pop())
                changed.set()

    change_once = [change]
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        await asyncio.gather(*(call_on(client) for _ in range(AT_ONCE)))
    return before, after


@pytest.mark.parametrize("plan_before", ["growth", "enterprise"])
def test_rc05_a_plan_whose_quota_is_spent_grants_nothing_more(
    api: Api, upstream: Upstream, connect: Callable[..., Probed], plan_before: str
) -> None:
    owner = connect(plan=plan_before)
    assert api.post("/api/tools/probe_echo", owner.key, {"text": "x"}).status_code == 200
    UsagePeriod.objects.filter(customer=owner.customer, mode="live").update(used=1_500)
    shrink = partial(customers.change_plan, owner.customer, "free")
    before, after = api.run(change_under_calls(owner.key, shrink), timeout_s=60)
    assert len(before) + len(after) == CALLS
    assert before[:BEFORE] == [200] * BEFORE
    assert len(after) > CALLS / 4
    assert set(after) <= {402, 429}
    granted = before.count(200)
    period = UsagePeriod.objects.get(customer=owner.customer, mode="live")
    assert (period.used, period.quota, len(upstream.asked)) == (1_500 + granted, 1_000, granted)


def test_rc05_what_the_smaller_plan_has_left_is_granted_and_not_one_more(
    api: Api, upstream: Upstream, connect: Callable[..., Probed]
) -> None:
    owner = connect(plan="enterprise")
    assert api.post("/api/tools/probe_echo", owner.key, {"text": "x"}).status_code == 200
    UsagePeriod.objects.filter(customer=owner.customer, mode="live").update(used=19_900)
    shrink = partial(customers.change_plan, owner.customer, "starter")
    before, after = api.run(change_under_calls(owner.key, shrink), timeout_s=60)
    assert (before + after).count(200) == 100
    assert set(after) <= {200, 402, 429}
    assert UsagePeriod.objects.get(customer=owner.customer, mode="live").used == 20_000
    assert len(upstream.asked) == 100


def test_rc05_a_suspended_customer_is_granted_nothing_more(
    api: Api, upstream: Upstream, connect: Callable[..., Probed]
) -> None:
    owner = connect(plan="enterprise")
    suspend = partial(customers.suspend, owner.customer)
    before, after = api.run(change_under_calls(owner.key, suspend), timeout_s=60)
    assert len(after) > CALLS / 4
    assert set(after) == {403}
    assert before.count(200) == len(upstream.asked)
    assert UsagePeriod.objects.get(customer=owner.customer, mode="live").used == before.count(200)
