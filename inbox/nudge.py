"""Telling the workers that deliveries wait. A word that is lost costs seconds: the clock comes by anyway.

One thread per process and kind of work says it, so that a broker which is slow or away delays nobody's
answer; what is told while it speaks is one further word. The word names no delivery and no customer, so none
can be forged.
"""

import os
import threading
import time

import structlog
from celery import current_app
from kombu.exceptions import OperationalError as BrokerUnreachable

from hermes.core import metrics

PAUSE_S = 0.05
PAUSE_WITHOUT_BROKER_S = 5.0
TASK = "inbox.tasks.drain"
WATCH = "inbox.tasks.watch"
log = structlog.get_logger(__name__)


def nudge(task: str = TASK) -> None:
    """Have a worker look soon for what waits; never waits and never fails."""
    speaker = _speakers.get(task) or _speakers.setdefault(task, _Speaker(task))
    speaker.wanted.set()
    if speaker.thread is None:
        speaker.start()


def send(after_s: float = 0.0, *, task: str = TASK) -> bool:
    """Tell the broker now; whether it took it. Waits for the broker, at most for its time limits."""
    try:
        # Who comes later than the next tick of the clock need not come at all.
        current_app.send_task(task, countdown=after_s or None, expires=after_s + 10, ignore_result=True)
    except (BrokerUnreachable, OSError) as away:
        metrics.count("nudge_lost")
        log.warning("broker_away", error=type(away).__name__)
        return False
    return True


class _Speaker:
    def __init__(self, task: str) -> None:
        self.task = task
        self.wanted = threading.Event()
        self.thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        with self._starting:
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self.thread.start()

    def _run(self) -> None:
        while self.wanted.wait():
            self.wanted.clear()
            try:
                is_heard = send(task=self.task)
            except Exception:
                log.exception("nudge_failed")
                is_heard = False
            time.sleep(PAUSE_S if is_heard else PAUSE_WITHOUT_BROKER_S)


_speakers: dict[str, _Speaker] = {}
os.register_at_fork(after_in_child=_speakers.clear)
