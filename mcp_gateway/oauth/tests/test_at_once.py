"""Codes and refresh tokens that come many times at the same moment (OA17)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2

from mcp_gateway.oauth.tests.flow import Flow
from tests.support.api import Api

TIMES = 20


def at_once(ask: Callable[[int], httpx2.Response]) -> list[httpx2.Response]:
    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(ask, range(TIMES)))


def test_oa17_of_twenty_that_redeem_a_code_one_is_given_tokens_and_they_end(api: Api, flow: Flow) -> None:
    flow.register()
    code = flow.code()
    answers = at_once(lambda _: flow.redeem(code))
    assert Counter(a.status_code for a in answers) == {200: 1, 400: TIMES - 1}
    (won,) = (a.json() for a in answers if a.status_code == 200)
    assert api.get("/api/usage", won["access_token"]).status_code == 401
    assert flow.refresh(won["refresh_token"]).json()["error"] == "invalid_grant"


def test_oa17_all_processes_of_a_client_that_refresh_at_once_go_on(api: Api, flow: Flow) -> None:
    first = flow.tokens()
    answers = at_once(lambda _: flow.refresh(first["refresh_token"]))
    assert {a.status_code for a in answers} == {200}
    pairs = [a.json() for a in answers]
    assert len({pair["refresh_token"] for pair in pairs}) == TIMES
    assert {api.get("/api/usage", pair["access_token"]).status_code for pair in pairs} == {200}
