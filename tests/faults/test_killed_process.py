"""A process killed between a send and its close: its outcome is unknown, and nothing is sent again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.conf import settings

from audit.models import AuditEntry
from billing.models import UsagePeriod
from mcp_gateway import sweeper
from mcp_gateway.mcp.tests.agents import call_of, modern_headers, modern_message
from tests.faults.conftest import Start
from tests.support.api import Api
from tests.support.gate import gate
from tests.support.probed import Probed
from tests.support.surfaces import SURFACES
from tests.support.upstream import Upstream
from tests.support.web import Web

SEND = {"to": "x", "text": "y"}


def by_rest(web: Web, key: str, idempotency_key: str) -> httpx2.Response:
    return web.post("/api/tools/probe_send", key, {**SEND, "idempotency_key": idempotency_key})


def by_mcp(web: Web, key: str, idempotency_key: str) -> httpx2.Response:
    message = modern_message("tools/call", call_of("probe_send", **SEND, idempotency_key=idempotency_key))
    return web.post("/mcp", key, message, headers=modern_headers(message))


CALLS: dict[str, Callable[[Web, str, str], httpx2.Response]] = {"over-rest": by_rest, "over-mcp": by_mcp}


def calls_of(owner: Probed) -> Any:
    return AuditEntry.objects.filter(customer=owner.customer, action="tool.call")


@pytest.mark.kill
def test_calls_that_were_sent_when_the_process_died_are_unknown_charged_once_and_never_sent_again(
    api: Api, upstream: Upstream, probed: Probed, start: Start
) -> None:
    web = start()
    with gate(api, upstream) as held, ThreadPoolExecutor(len(CALLS)) as pool:
        waiting = [pool.submit(call, web, probed.key, name) for name, call in CALLS.items()]
        held.await_asked(len(CALLS))
        web.kill()
        assert all(isinstance(each.exception(30), httpx2.TransportError) for each in waiting)
    rows = calls_of(probed)
    assert [row.outcome for row in rows] == ["started"] * len(CALLS)

    began_long_ago = rows.first().at - timedelta(seconds=settings.CALL_GIVEN_UP_AFTER_S + 60)
    rows.update(at=began_long_ago)
    for _ in range(2):
        sweeper.sweep_calls()
    assert [(row.outcome, row.units) for row in rows.all()] == [("outcome_unknown", 1)] * len(CALLS)
    assert UsagePeriod.objects.get(customer=probed.customer, mode="live").used == len(CALLS)

    for name in CALLS:
        for call in SURFACES.values():
            again = call(api, probed.key, "probe_send", {**SEND, "idempotency_key": name})
            assert again.code == "outcome_unknown"
    assert len(upstream.asked) == len(CALLS)
    assert UsagePeriod.objects.get(customer=probed.customer, mode="live").used == len(CALLS)
    assert api.get("/api/inbox/threads", probed.key).json()["threads"] == []
