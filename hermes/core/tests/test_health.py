"""`/healthz` tells that the process lives, `/readyz` that it can work, each check for 2 s at most."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from hermes.core import health
from hermes.core.health import NotReady

Register = Callable[[str, health.Check], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Register checks for one test."""
    monkeypatch.setattr(health, "_checks", dict(health._checks))
    return health.register


@pytest.fixture
def black_hole() -> Iterator[int]:
    """The port of a server that accepts and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_process_that_answers_is_healthy() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"


def test_with_all_it_needs_it_is_ready() -> None:
    answer = Client().get("/readyz")
    checks = answer.json()["checks"]
    assert (answer.status_code, answer.json()["status"]) == (200, "ok"), checks
    assert {"database", "redis", "migrations", "keys"} <= checks.keys()
    assert all(check["ok"] and check["ms"] < 2000 for check in checks.values())


def test_a_failing_check_makes_it_not_ready_and_says_what_to_do(register: Register) -> None:
    def missing() -> None:
        raise NotReady("Put key 'k1' back into the ring.")

    register("missing", missing)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert answer.json()["checks"]["missing"]["detail"] == "Put key 'k1' back into the ring."
    assert answer.json()["checks"]["database"]["ok"]


def test_an_error_inside_a_check_is_not_shown(register: Register) -> None:
    def broken() -> None:
        raise ConnectionError("mysql://hermes:password@10.0.0.7/hermes refused")

    register("broken", broken)
    report = health.readyz()
    assert not report.ok
    assert "10.0.0.7" not in json.dumps(report.as_json())
    assert "log" in report.checks["broken"].detail


def test_a_check_that_hangs_is_given_up_and_not_started_twice(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LIMIT_S", 0.3)
    release, started = threading.Event(), []

    def hangs() -> None:
        started.append(1)
        release.wait(30)

    register("hangs", hangs)
    begun = time.monotonic()
    first = health.readyz()
    second = asyncio.run(health.areadyz())
    took = time.monotonic() - begun
    release.set()
    assert took < 2 * 0.3 + 1
    assert not first.checks["hangs"].ok
    assert not second.checks["hangs"].ok
    assert first.checks["database"].ok
    assert started == [1]


def test_a_redis_that_never_answers_is_told_within_the_limit(settings: Settings, black_hole: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{black_hole}/0"
    begun = time.monotonic()
    report = health.readyz()
    assert time.monotonic() - begun < health.LIMIT_S + 1
    assert not report.checks["redis"].ok
    assert report.checks["database"].ok


def test_probes_at_the_same_time_share_one_run(register: Register) -> None:
    runs, all_asked = [], threading.Event()

    def slow() -> None:
        runs.append(1)
        all_asked.wait(2)

    register("slow", slow)

    async def many() -> list[health.Report]:
        probes = [asyncio.ensure_future(health.areadyz()) for _ in range(20)]
        await asyncio.sleep(0)
        all_asked.set()
        return await asyncio.gather(*probes)

    assert all(report.ok for report in asyncio.run(many()))
    assert runs == [1]


def test_metrics_are_open_where_no_token_is_set_outside_production(settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.METRICS_OPEN = "", True
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b"hermes_" in answer.content


def test_metrics_ask_for_the_token_that_is_set(settings: Settings) -> None:
    settings.METRICS_TOKEN = "metrics-token-ä"
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    right = {"Authorization": "Bearer metrics-token-ä"}
    assert Client().get("/metrics", headers=right).status_code == 200


def test_metrics_are_closed_in_production_without_a_token(settings: Settings) -> None:
    settings.METRICS_OPEN = False
    assert Client().get("/metrics").status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_allowed(path: str) -> None:
    assert Client().post(path).status_code == 405
