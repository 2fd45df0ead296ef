"""A process that is told to end lets the calls that run come to their recorded end (F03, F24)."""

import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from audit.models import AuditEntry
from billing.models import UsagePeriod
from mcp_gateway.mcp.tests.agents import call_of, modern_headers, modern_message
from tests.faults.conftest import Start
from tests.support.api import Api
from tests.support.gate import gate
from tests.support.probed import Probed
from tests.support.upstream import Upstream
from tests.support.web import Web

SEND = {"to": "x", "text": "y"}
MESSAGE = modern_message("tools/call", call_of("probe_send", **SEND))
NOTICED_WITHIN_S = 10.0
ENDED = (0, -signal.SIGTERM)  # uvicorn, once it has ended its work, ends by the signal it was sent


def await_ending(web: Web) -> None:
    """Wait until a process that was told to end has nothing left but to wait."""
    deadline = time.monotonic() + NOTICED_WITHIN_S
    while "Waiting for" not in web.said():
        assert time.monotonic() < deadline, web.said()
        time.sleep(0.02)


def stays(web: Web) -> bool:
    """Whether a process that could end at once does not."""
    try:
        web.process.wait(0.5)
    except subprocess.TimeoutExpired:
        return True
    return False


def is_recorded(owner: Probed) -> bool:
    row = AuditEntry.objects.get(customer=owner.customer, action="tool.call")
    used = UsagePeriod.objects.get(customer=owner.customer, mode="live").used
    return (row.outcome, row.units, used) == ("ok", 1, 1)


def test_a_client_that_waits_is_answered_before_the_process_ends(
    api: Api, upstream: Upstream, probed: Probed, start: Start
) -> None:
    web = start()
    with gate(api, upstream) as held, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(web.post, "/api/tools/probe_send", probed.key, SEND)
        held.await_asked(1)
        web.terminate()
        await_ending(web)
        assert stays(web)
        held.open()
        assert waiting.result(30).status_code == 200
    assert web.process.wait(20) in ENDED
    assert is_recorded(probed)
    assert len(upstream.asked) == 1


def test_a_send_whose_client_has_left_is_recorded_before_the_process_ends(
    api: Api, upstream: Upstream, probed: Probed, start: Start
) -> None:
    """In the stateless era of MCP a client that leaves ends its request, but not the send."""
    web = start()
    with gate(api, upstream) as held:
        with pytest.raises(httpx2.ReadTimeout):
            web.post("/mcp", probed.key, MESSAGE, headers=modern_headers(MESSAGE), timeout=1)
        held.await_asked(1)
        web.terminate()
        await_ending(web)
        assert stays(web)
        held.open()
        assert web.process.wait(20) in ENDED
    assert is_recorded(probed)
    assert len(upstream.asked) == 1


def test_nothing_is_asked_twice_when_a_process_takes_over(
    api: Api, upstream: Upstream, connect: Callable[..., Probed], start: Start
) -> None:
    """A rolling update: one process ends under calls, the other answers the rest."""
    owner = connect(plan="enterprise")
    old, new = start(), start()
    answered: list[int] = []

    def call(number: int) -> None:
        body = {**SEND, "idempotency_key": f"order-{number}"}
        for web in (old, new):
            try:
                answered.append(web.post("/api/tools/probe_send", owner.key, body).status_code)
            except httpx2.TransportError:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(call, number) for number in range(60)]
        while len(answered) < 20:
            time.sleep(0.005)
        old.terminate()
        for each in running:
            each.result()
    assert answered == [200] * 60
    assert len(upstream.asked) == 60
    assert UsagePeriod.objects.get(customer=owner.customer, mode="live").used == 60
    assert old.process.wait(20) in ENDED
