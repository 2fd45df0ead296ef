"""What agents notice of a plan that is paid for."""

import asyncio
from collections.abc import Callable
from typing import Any

from billing.models import UsagePeriod
from inbox.tests.stripe import Payer, bring
from mcp_gateway.mcp.tests.agents import events, modern_message, streamed
from tests.support.api import Api
from tests.support.probed import Probed

ECHO = {"text": "x"}


def test_a_paid_plan_holds_from_the_next_call_on_and_open_clients_are_told(
    api: Api, connect: Callable[..., Probed], loopback: str
) -> None:
    probed, payer = connect(plan="free"), Payer()
    assert bring(api, payer.checkout(probed.customer.public_id)) == ["done"]
    UsagePeriod.objects.update_or_create(
        customer=probed.customer, mode="live", defaults={"used": 1_000, "quota": 1_000}
    )

    def call() -> int:
        status: int = api.post("/api/tools/probe_echo", probed.key, ECHO).status_code
        return status

    assert [call(), call()] == [402, 402]

    async def listen() -> list[dict[str, Any]]:
        wanted = modern_message("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, id="s")
        async with streamed(loopback, probed.key, wanted) as answer:
            told = events(answer)
            found = [await anext(told)]
            await asyncio.to_thread(bring, api, payer.told("created", 1))
            return [*found, await anext(told)]

    assert api.run(listen())[-1]["method"] == "notifications/tools/list_changed"
    assert call() == 200
    assert bring(api, payer.told("deleted", 2)) == ["done"]
    assert call() == 402
