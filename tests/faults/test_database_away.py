"""The database server goes away or is full under traffic: 503 for the while, then healthy again by itself."""

import os
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from django.db import connection

from billing.models import UsagePeriod
from mcp_gateway.mcp.tests.agents import initialization
from mcp_gateway.tests.database_door import DatabaseDoor, database_door
from tests.faults.conftest import Start
from tests.faults.test_redis_away import CALLS, asked_since, await_asked_since, await_more, calling
from tests.support.probed import Probed
from tests.support.upstream import Upstream
from tests.support.web import Web

HEALTHY_WITHIN_S = 10.0
pytestmark = pytest.mark.skipif(
    connection.vendor != "mysql", reason="F12 and F13 need MariaDB or MySQL: set DATABASE_URL to one"
)


@pytest.fixture
def door() -> Iterator[DatabaseDoor]:
    target = urlsplit(os.environ["DATABASE_URL"])
    with database_door(target.hostname or "127.0.0.1", target.port or 3306) as door:
        yield door


@pytest.fixture
def web(door: DatabaseDoor, start: Start) -> Web:
    """A process whose database stands behind the door."""
    url = urlsplit(os.environ["DATABASE_URL"])
    login = url.netloc.rpartition("@")[0]
    return start(DATABASE_URL=url._replace(netloc=f"{login}@127.0.0.1:{door.port}").geturl())


@pytest.fixture
def owner(connect: Callable[..., Probed]) -> Probed:
    return connect(plan="enterprise")


def granted(answers: list[httpx2.Response]) -> int:
    return sum(answer.status_code == 200 and not is_failure(answer) for answer in answers)


def is_failure(answer: httpx2.Response) -> bool:
    """Whether an answer with status 200 is MCP's for a call that failed."""
    return bool(answer.json().get("result", {}).get("isError"))


def await_health(web: Web, answers: list[httpx2.Response]) -> None:
    """Wait until the process says that it is ready, and then grants what is asked."""
    since = time.monotonic()
    while web.get("/readyz").status_code != 200 or granted(answers[-20:]) < 20:
        assert time.monotonic() - since < HEALTHY_WITHIN_S


def assert_put_off(answers: list[httpx2.Response]) -> None:
    """Every answer is a call that was made, or 503 with the time to come again.

    One that was made while its closing could not be recorded says that its outcome is unknown.
    """
    for answer in answers:
        if "outcome_unknown" in answer.text:
            assert answer.status_code in (200, 504), answer.text
        elif answer.status_code == 200:
            assert not is_failure(answer) or '"retry_after"' in answer.text
        else:
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1
        assert "MySQL" not in answer.text


def used(owner: Probed) -> int:
    return UsagePeriod.objects.get(customer=owner.customer, mode="live").used


def test_f12_while_the_database_is_away_calls_are_put_off_and_go_on_when_it_is_back(
    web: Web, door: DatabaseDoor, owner: Probed, upstream: Upstream
) -> None:
    wanted = {"name": "unseen", "scopes": ["tools:read", "tools:write"]}
    unseen = web.post("/api/keys", owner.key, wanted).json()["secret"]
    with calling(web, owner.key) as answers:
        await_more(answers, 40)
        door.shut()
        shut = time.monotonic()
        await_asked_since(answers, shut, 40)
        # What began before may have been cut between its send and its record: 504, whenever that is told.
        assert {answer.status_code for answer in asked_since(answers, shut)} <= {200, 503}
        assert web.get("/healthz").status_code == 200
        assert web.get("/readyz").status_code == 503
        for path in ("/api/usage", "/api/audit", "/api/connections"):
            away = web.get(path, owner.key)
            assert (away.status_code, away.headers.get("retry-after") is not None) == (503, True), path
        for call in CALLS:
            assert_put_off([call(web, unseen)])
        assert_put_off(
            [web.get("/api/usage", unseen), web.post("/mcp", unseen, initialization("2025-11-25"))]
        )
        door.open()
        await_health(web, answers)
    assert_put_off(answers)
    # A connection that broke during its COMMIT leaves open whether the call was counted; it was not made.
    assert granted(answers) <= used(owner) <= granted(answers) + len(CALLS)
    assert web.process.poll() is None


def test_f13_a_database_that_takes_no_more_connections_puts_off_what_it_cannot_serve(
    web: Web, door: DatabaseDoor, owner: Probed
) -> None:
    with calling(web, owner.key) as answers:
        await_more(answers, 20)
        door.room = 1
        door.break_connections()
        for _ in range(20):
            assert web.get("/api/usage", owner.key).status_code in (200, 503)
        await_more(answers, 40)
        assert web.get("/healthz").status_code == 200
        door.room = 1_000
        await_health(web, answers)
    assert_put_off(answers)
    assert door.most <= 16 + 1 + 4 + 8  # threads for blocking work, the writer, readiness, Django's own
