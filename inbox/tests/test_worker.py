"""A worker process of its own over the table of deliveries: asked to end, killed, and its broker silent."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import hermes.celery
from inbox import deliveries, nudge
from inbox.models import Event, WebhookDelivery
from inbox.tests.conftest import Line
from inbox.tests.posting import post
from tests.support.api import Api

WITHIN_S = 50.0
BACKLOG = 400
QUEUE = settings.CELERY_TASK_ROUTES[nudge.TASK]["queue"]
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start Celery's worker on the queue `inbound`; what runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> "subprocess.Popen[bytes]":
        words = ["-m", "celery", "-A", "hermes.celery", "--quiet", "worker", "--queues", QUEUE]
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words, "--pool", "threads", "--concurrency", "2", "--loglevel", "error"],
                env={**os.environ, "HERMES_ENV": "test"},
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait(10)


def backlog(api: Api, line: Line) -> None:
    for n in range(BACKLOG):
        assert post(api, line.message(f"wamid.{n}", n)) == 200


def waiting(line: Line) -> int:
    return WebhookDelivery.objects.filter(lane=line.phone_id, state="received").count()


def assert_one_effect_each(line: Line) -> None:
    events = Event.objects.of(line.connection.customer_id).filter(message__connection=line.connection)
    told = sorted(events.values_list("message__upstream_id", flat=True))
    assert told == sorted(f"wamid.{n}" for n in range(BACKLOG))
    assert line.thread().unread == BACKLOG


def await_true(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.timeout(150)
def test_f03_a_worker_that_is_asked_to_end_does_so_in_time_and_the_next_goes_on(
    api: Api, shop: Line, start: Start
) -> None:
    backlog(api, shop)
    nudge.send()
    first = start()
    await_true(lambda: waiting(shop) < BACKLOG)
    first.terminate()
    assert first.wait(30) == 0
    deliveries.drain(30)
    assert waiting(shop) == 0
    assert_one_effect_each(shop)


@pytest.mark.kill
@pytest.mark.timeout(150)
def test_f01_what_a_killed_worker_had_begun_is_done_by_the_next_and_nothing_twice(
    api: Api, shop: Line, start: Start
) -> None:
    backlog(api, shop)
    nudge.send()
    first = start()
    await_true(lambda: waiting(shop) < BACKLOG)
    first.kill()
    first.wait(10)
    # Its leases end by themselves, within 10 s.
    left = WebhookDelivery.objects.filter(lane=shop.phone_id, state="received", tries=1)
    assert left.count() <= 2 * deliveries.ROWS_TOGETHER
    left.update(next_try_at=shop.connection.created_at)
    deliveries.drain(30)
    assert waiting(shop) == 0
    assert_one_effect_each(shop)


def test_f06_a_purged_queue_loses_no_event(api: Api, shop: Line) -> None:
    assert post(api, shop.message("wamid.A")) == 200
    nudge.send()
    hermes.celery.app.control.purge()
    deliveries.drain(30)
    assert shop.stored("wamid.A").text == "text of wamid.A"


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_f07_a_broker_that_takes_connections_and_never_answers_delays_no_platform(
    api: Api, shop: Line, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    app = hermes.celery.app
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        nowhere = app.connection_for_write(
            f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//",
            connect_timeout=1,
            transport_options=settings.BROKER_OPTIONS[scheme],
        )
        monkeypatch.setattr(app, "connection_for_write", lambda: nowhere)
        monkeypatch.setattr(app, "_pool", None)
        monkeypatch.setattr(app.amqp, "_producer_pool", None)
        assert nudge.send() is False
        for n in range(20):
            assert post(api, shop.message(f"wamid.{n}", n)) == 200
    deliveries.drain(30)
    assert shop.thread().unread == 20
