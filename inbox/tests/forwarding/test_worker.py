"""A worker process of its own: it sends what is noted, and what it had not recorded when it was killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from hermes.core import clock
from inbox.forwarding import outbox
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from inbox.tests.conftest import Line
from inbox.tests.forwarding.conftest import Hook, forward
from tests.support.api import Api
from tests.support.gate import gate

QUEUE = settings.CELERY_TASK_ROUTES[outbox.TASK]["queue"]
WITHIN_S = 50.0


@pytest.fixture
def worker(hook: Hook, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Celery's worker on the queue `outbound`, which may reach the receiver of `hook`."""
    words = ["-m", "celery", "-A", "hermes.celery", "--quiet", "worker", "--queues", QUEUE]
    env = {**os.environ, "HERMES_EGRESS_ALLOW": hook.receiver.base.removeprefix("http://")}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words, "--pool", "threads", "--concurrency", "2", "--loglevel", "info"],
            env={**env, "HERMES_ENV": "test"},
            stdout=log,
            stderr=log,
        )
    # The word that work waits ends after 10 s, and no clock comes by here: the worker must listen before it.
    _await(lambda: b"ready" in (tmp_path / "worker.log").read_bytes())
    yield process
    process.kill()
    process.wait(10)


@pytest.mark.kill
@pytest.mark.timeout(150)
def test_an_event_whose_worker_is_killed_between_send_and_record_is_sent_again_under_its_id(
    api: Api, hook: Hook, shop: Line, worker: "subprocess.Popen[bytes]"
) -> None:
    shop.receive(shop.message("wamid.1"))
    _await(lambda: len(hook.log[0]["attempts"]) == 1)
    assert hook.log[0]["state"] == "delivered"
    assert [told["type"] for told in hook.receiver.told] == ["message.received"]

    hook.receiver.forget()
    with gate(api, hook.receiver) as held:
        shop.receive(shop.message("wamid.2", 1))
        held.await_asked(1, WITHIN_S)
        worker.kill()
        worker.wait(10)
    assert (hook.log[0]["state"], hook.log[0]["attempts"]) == ("pending", [])
    forward()
    assert len(hook.receiver.asked) == 1
    # Its leases end by themselves, within 90 s.
    WebhookEndpoint.objects.of(shop.connection.customer_id).update(leased_until=clock.now())
    waiting = ForwardedEvent.objects.of(shop.connection.customer_id).filter(state="pending")
    waiting.update(next_try_at=clock.now())
    forward()
    assert len(hook.receiver.told) == 2
    assert hook.receiver.told[0] == hook.receiver.told[1]
    assert hook.receiver.ids == [hook.log[0]["id"]] * 2
    assert hook.log[0]["state"] == "delivered"


def _await(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
