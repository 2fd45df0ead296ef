"""Which endpoint is served next, and by whom: each by one worker at a time, so that none waits for others."""

import concurrent.futures
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import structlog
from django.db import connection
from django.db.models import Exists, OuterRef

from hermes.core import clock
from inbox.forwarding import sending
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from tenants.models import Customer

THREADS = 16
PER_CUSTOMER = 4  # endpoints of one customer that are served at the same time
SLICE_S = 5.0  # an endpoint's turn; a try that was begun ends beyond it
SLICE_EVENTS = 50
LEASE_S = 90
POLL_S = 0.25
log = structlog.get_logger(__name__)
_wanted = threading.Event()
_alone = threading.Lock()


class _Crew:
    """The threads of a process and the endpoints they serve."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="forwarding")
        self.serving: set[Future[None]] = set()

    def serve(self) -> bool:
        """Give free threads a turn each, then wait for one to end, at most `POLL_S`; whether any is left."""
        turn = _turn(THREADS - len(self.serving))
        self.serving |= {self.pool.submit(_serve, pk) for pk in turn}
        if not self.serving:
            return False
        _, self.serving = concurrent.futures.wait(
            self.serving, timeout=POLL_S, return_when=concurrent.futures.FIRST_COMPLETED
        )
        return True


def drain(budget_s: float) -> bool:
    """Send what is due until nothing is, or the time is over; whether nothing is left.

    May run anywhere at any time. Of several in one process one works, for all of them. When the time is
    over, turns that last go on, and whoever drains next works beside them: nobody waits for a slow receiver.
    """
    until = time.monotonic() + budget_s
    _wanted.set()
    while _wanted.is_set() and _alone.acquire(blocking=False):
        try:
            _wanted.clear()
            while _crew.serve():
                if time.monotonic() > until:
                    return False
        finally:
            _alone.release()
    return True


def _turn(places: int) -> list[int]:
    """Endpoints with something due that nobody serves, in random order, some of each customer."""
    now = clock.now()
    due = ForwardedEvent.objects.unscoped().filter(
        endpoint=OuterRef("pk"), state=ForwardedEvent.State.PENDING, next_try_at__lte=now
    )
    endpoints = WebhookEndpoint.objects.unscoped().filter(
        enabled=True, customer__status=Customer.Status.ACTIVE
    )
    free = endpoints.filter(Exists(due), leased_until__lte=now, rests_until__lte=now)
    waiting = list(free.values_list("pk", "customer"))
    random.shuffle(waiting)
    served = Counter(endpoints.filter(leased_until__gt=now).values_list("customer", flat=True))
    turn: list[int] = []
    for pk, customer in waiting:
        if len(turn) < places and served[customer] < PER_CUSTOMER:
            served[customer] += 1
            turn.append(pk)
    return turn


def _serve(pk: int) -> None:
    """An endpoint's turn: its events in order, until one fails."""
    try:
        now = clock.now()
        mine = now + timedelta(seconds=LEASE_S)
        rows = WebhookEndpoint.objects.unscoped().filter(pk=pk)
        if rows.filter(leased_until__lte=now).update(leased_until=mine):
            try:
                _send(pk)
            finally:
                rows.filter(leased_until=mine).update(leased_until=clock.now())
    except Exception:
        log.exception("forwarding_turn_failed", endpoint=pk)
    finally:
        connection.close()


def _send(pk: int) -> None:
    until = time.monotonic() + SLICE_S
    due = ForwardedEvent.objects.unscoped().filter(
        endpoint=pk, state=ForwardedEvent.State.PENDING, next_try_at__lte=clock.now()
    )
    for event in list(due.order_by("next_try_at", "pk").values_list("pk", flat=True)[:SLICE_EVENTS]):
        if not sending.attempt(event) or time.monotonic() > until:
            return


def _begin_anew() -> None:
    global _crew, _alone, _wanted
    _crew, _alone, _wanted = _Crew(), threading.Lock(), threading.Event()


_crew = _Crew()
os.register_at_fork(after_in_child=_begin_anew)
