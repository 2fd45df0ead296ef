"""A platform that limits an account or keeps failing is left alone, on the whole road and by each account."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.kit.patience import FAILURES
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

LIMITED: tuple[int, dict[str, str], dict[str, object]] = (429, {"Retry-After": "30"}, {})
SEND = ("/api/tools/probe_send", {"to": "x", "text": "y"})
READ = ("/api/tools/probe_fetch", {"item": "thing"})


@pytest.mark.parametrize("first", [READ, SEND], ids=["read", "send"])
def test_f16_a_limited_account_asks_nothing_until_the_wait_is_over_and_others_go_on(
    api: Api, connect: Callable[..., Probed], upstream: Upstream, first: tuple[str, dict[str, Any]]
) -> None:
    acme, globex = connect("acme"), connect("globex")
    upstream.asked.clear()
    upstream.script.append(LIMITED)
    assert api.post(first[0], acme.key, first[1]).status_code == 429
    for path, arguments in (READ, SEND):
        refused = api.post(path, acme.key, arguments)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert 25 <= int(refused.headers["retry-after"]) <= 30
    assert len(upstream.asked) == 1
    assert [api.post(path, globex.key, arguments).status_code for path, arguments in (READ, SEND)] == [
        200,
        200,
    ]


def test_f17_a_failing_platform_is_asked_ten_times_and_costs_nothing(
    api: Api, connect: Callable[..., Probed], upstream: Upstream
) -> None:
    acme, globex = connect("acme"), connect("globex")
    upstream.asked.clear()
    upstream.script.extend([(500, {}, {})] * FAILURES)
    answers = [api.post(SEND[0], acme.key, SEND[1]) for _ in range(FAILURES + 5)]
    assert {answer.json()["code"] for answer in answers} == {"platform_unavailable"}
    assert len(upstream.asked) == FAILURES
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert api.post(SEND[0], globex.key, SEND[1]).status_code == 200
    assert api.get("/api/usage", acme.key).json()["used"] == 0
