"""A key revoked in one process is refused in every other within 5 s, with Redis or without (AU05)."""

import time
from collections.abc import Callable

import httpx2
import pytest

from mcp_gateway.mcp.tests.agents import call_of, modern_headers, modern_message
from tests.support.probed import Probed
from tests.support.redis import PrivateRedis
from tests.support.web import Web

TRIALS = 20
LIMIT_S = 5.0
PAUSE_S = 0.2  # between two rounds of asking
ECHO = modern_message("tools/call", call_of("probe_echo", text="x"))


def issue(web: Web, owner: Probed) -> list[tuple[str, str]]:
    """Keys with their ids."""
    made = [
        web.post("/api/keys", owner.key, {"name": f"trial {n}", "scopes": ["tools:read"]}).json()
        for n in range(TRIALS)
    ]
    return [(each["secret"], each["key"]["id"]) for each in made]


def by_rest(web: Web, key: str) -> httpx2.Response:
    return web.post("/api/tools/probe_echo", key, {"text": "x"})


def by_mcp(web: Web, key: str) -> httpx2.Response:
    return web.post("/mcp", key, ECHO, headers=modern_headers(ECHO))


@pytest.fixture
def owner(connect: Callable[..., Probed]) -> Probed:
    return connect(plan="enterprise")


@pytest.mark.parametrize("call", [by_rest, by_mcp])
def test_au05_a_key_revoked_in_one_process_is_refused_by_the_next_call_in_the_other(
    pair: tuple[Web, Web], owner: Probed, call: Callable[[Web, str], httpx2.Response]
) -> None:
    one, two = pair
    statuses = []
    for secret, key_id in issue(one, owner):
        assert call(two, secret).status_code == 200
        assert one.request("DELETE", f"/api/keys/{key_id}", owner.key).status_code == 200
        statuses.append(call(two, secret).status_code)
    assert statuses == [401] * TRIALS


@pytest.mark.kill
def test_au05_without_redis_the_time_to_live_bounds_it(
    pair: tuple[Web, Web], redis: PrivateRedis, owner: Probed
) -> None:
    one, two = pair
    keys = issue(one, owner)
    redis.stop()
    try:
        assert [by_rest(two, secret).status_code for secret, _ in keys] == [200] * TRIALS
        revoked = {}
        for secret, key_id in keys:
            assert one.request("DELETE", f"/api/keys/{key_id}", owner.key).status_code == 200
            revoked[secret] = time.monotonic()
        while revoked:
            for secret, since in list(revoked.items()):
                asked = time.monotonic()
                status = by_rest(two, secret).status_code
                assert status in (200, 401)
                if status == 401:
                    del revoked[secret]
                else:
                    assert asked - since <= LIMIT_S
            time.sleep(PAUSE_S)
    finally:
        redis.start()
