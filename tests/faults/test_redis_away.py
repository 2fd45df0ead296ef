"""Redis stops, comes back or loses everything: calls go on, are counted exactly, and nothing is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest
import redis as redis_py

from billing.models import UsagePeriod
from mcp_gateway.mcp.tests.agents import (
    call_of,
    initialization,
    modern_headers,
    modern_message,
    session_headers,
)
from tenants import key_format
from tests.support.probed import Probed
from tests.support.redis import PrivateRedis
from tests.support.web import Web

HEALTHY_WITHIN_S = 5.0
ECHO = {"text": "x"}
SEND = {"to": "x", "text": "y"}
MODERN = modern_message("tools/call", call_of("probe_echo", **ECHO))
HANDSHAKE = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call_of("probe_echo", **ECHO)}
CALLS: tuple[Callable[[Web, str], httpx2.Response], ...] = (
    lambda web, key: web.post("/api/tools/probe_echo", key, ECHO),
    lambda web, key: web.post("/api/tools/probe_send", key, SEND),
    lambda web, key: web.post("/mcp", key, MODERN, headers=modern_headers(MODERN)),
    lambda web, key: web.post("/mcp", key, HANDSHAKE, headers=session_headers(None)),
)


@pytest.fixture
def owner(connect: Callable[..., Probed]) -> Probed:
    return connect(plan="enterprise")


@contextmanager
def calling(web: Web, key: str) -> Iterator[list[httpx2.Response]]:
    """Calls of every kind, from four threads, for as long as the block runs; their answers as they come."""
    answers: list[httpx2.Response] = []
    ends = threading.Event()

    def call_on(call: Callable[[Web, str], httpx2.Response]) -> None:
        while not ends.is_set():
            asked_at = time.monotonic()
            answer = call(web, key)
            answer.extensions |= {"asked_at": asked_at, "caller": threading.get_ident()}
            answers.append(answer)

    with ThreadPoolExecutor(len(CALLS)) as pool:
        running = [pool.submit(call_on, call) for call in CALLS]
        try:
            yield answers
        finally:
            ends.set()
    for each in running:
        each.result()


def asked_since(answers: list[httpx2.Response], moment: float) -> list[httpx2.Response]:
    """The answers to calls that began after that moment; one that began before may come later than many."""
    return [answer for answer in answers if answer.extensions["asked_at"] >= moment]


def await_asked_since(answers: list[httpx2.Response], moment: float, count: int) -> None:
    """Wait until so many calls that began after that moment are answered, and all that began before."""
    deadline = time.monotonic() + 30
    while len(found := asked_since(answers, moment)) < count or len(callers(found)) < len(CALLS):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def callers(answers: list[httpx2.Response]) -> set[int]:
    """The threads that called; each waits for its answer before it calls again."""
    return {answer.extensions["caller"] for answer in answers}


def await_more(answers: list[httpx2.Response], count: int) -> None:
    enough, deadline = len(answers) + count, time.monotonic() + 30
    while len(answers) < enough:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def used(owner: Probed) -> int:
    return UsagePeriod.objects.get(customer=owner.customer, mode="live").used


@pytest.mark.kill
def test_f08_while_redis_is_down_calls_are_authorized_and_counted_exactly(
    pair: tuple[Web, Web], redis: PrivateRedis, owner: Probed
) -> None:
    one, two = pair
    unseen = one.post("/api/keys", owner.key, {"name": "unseen", "scopes": ["tools:read"]}).json()["secret"]
    with calling(one, owner.key) as answers:
        await_more(answers, 20)
        redis.stop()
        await_more(answers, 100)
        assert two.post("/api/tools/probe_echo", unseen, ECHO).status_code == 200
        assert two.post("/api/tools/probe_echo", key_format.mint("live").whole, ECHO).status_code == 401
        assert two.post("/mcp", unseen, initialization("2025-11-25")).status_code == 200
        assert two.get("/api/usage", owner.key).status_code == 200
        assert two.get("/readyz").status_code == 503
        redis.start()
        back = time.monotonic()
        while one.get("/readyz").status_code != 200:
            assert time.monotonic() - back < HEALTHY_WITHIN_S
        await_more(answers, 20)
    assert {answer.status_code for answer in answers} <= {200, 503}
    granted = sum(answer.status_code == 200 for answer in answers)
    assert used(owner) == granted + 1
    assert granted > 100


def test_f09_a_redis_that_is_emptied_between_calls_loses_nothing(
    pair: tuple[Web, Web], redis: PrivateRedis, owner: Probed
) -> None:
    one, _ = pair
    emptied = redis_py.Redis(unix_socket_path=str(redis.socket))
    started = one.post("/mcp", owner.key, initialization("2025-11-25"))
    session = session_headers(started.headers["mcp-session-id"])
    assert one.post("/api/tools/probe_echo", owner.key, ECHO).status_code == 200
    before = one.get("/api/audit?limit=100", owner.key).json()["entries"]
    UsagePeriod.objects.filter(customer=owner.customer, mode="live").update(used=50_000_000 - 9)
    codes = []
    for _ in range(4):
        emptied.flushall()
        codes += [one.post("/api/tools/probe_send", owner.key, SEND).json().get("code", "ok")]
        emptied.flushall()
        codes += [one.post("/api/tools/probe_echo", owner.key, ECHO).json().get("code", "ok")]
        answer = one.post("/mcp", owner.key, HANDSHAKE, headers=session).json()["result"]
        codes += ["quota_exceeded" if answer["isError"] else "ok"]
    emptied.close()
    assert codes == ["ok"] * 9 + ["quota_exceeded"] * 3
    after = one.get("/api/audit?limit=100", owner.key).json()["entries"]
    assert len(after) == len(before) + len(codes)
    assert {entry["id"] for entry in before} < {entry["id"] for entry in after}
    assert one.get("/api/connections", owner.key).json()["connections"][0]["id"] == owner.connection


def test_f09_a_revocation_just_before_redis_is_emptied_still_holds(
    pair: tuple[Web, Web], redis: PrivateRedis, owner: Probed
) -> None:
    one, two = pair
    emptied = redis_py.Redis(unix_socket_path=str(redis.socket))
    made = one.post("/api/keys", owner.key, {"name": "short-lived", "scopes": ["tools:read"]}).json()
    assert two.post("/api/tools/probe_echo", made["secret"], ECHO).status_code == 200
    one.request("DELETE", f"/api/keys/{made['key']['id']}", owner.key)
    emptied.flushall()
    emptied.close()
    end = time.monotonic() + HEALTHY_WITHIN_S  # the other process may not have met Redis again yet
    while two.post("/api/tools/probe_echo", made["secret"], ECHO).status_code != 401:
        assert time.monotonic() < end
