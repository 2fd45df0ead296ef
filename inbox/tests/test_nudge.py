"""The word to the workers, on a real broker."""

import threading
import time

import pytest
from django.conf import settings

from hermes.core.redis import sync_client
from inbox import nudge
from tests.support.api import Api


@pytest.fixture
def queued(api: Api) -> int:
    """How many words wait in the queue of a web process' broker."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("looks into the queue of a Redis broker")
    return waiting()


def waiting() -> int:
    return int(sync_client().llen("inbound"))


def test_a_word_from_any_thread_reaches_the_queue_of_the_workers(queued: int) -> None:
    thread = threading.Thread(target=nudge.nudge)
    thread.start()
    thread.join()
    until = time.monotonic() + 10
    while waiting() == queued:
        assert time.monotonic() < until


def test_many_words_at_once_are_few_in_the_queue(queued: int) -> None:
    for _ in range(1000):
        nudge.nudge()
    assert waiting() - queued < 100
