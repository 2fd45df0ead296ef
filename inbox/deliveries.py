"""The stored deliveries: how they are settled, what became of each, and how long it is kept."""

import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from hermes.core import clock, metrics
from hermes.core.database_faults import Fault, fault
from hermes.core.deadlocks import repeated
from inbox import turns
from inbox.distribution import distribute
from inbox.models import WebhookDelivery
from inbox.verdicts import Verdict

Claim = tuple[int, int]  # a delivery's row and the number of its try
State = WebhookDelivery.State
TRIES = 5
FIRST_WAIT_S = 10  # before the second try; doubled from try to try
TURN_S = 0.5
ROWS_TOGETHER = 8  # more would hold SQLite's only lock for longer than a call should wait
REST_LIMIT_S = 0.25
KEPT = {State.DONE: 30, State.QUARANTINED: 30, State.UNROUTED: 7}  # days
BATCH = 500
log = structlog.get_logger(__name__)


def drain(budget_s: float) -> bool:
    """Settle what is due until nothing is, or the time is over; whether nothing is left to this worker.

    Lanes take turns with a few rows each, so nobody waits behind another's backlog; and it rests for
    longer than it works (`settings.WORKER_REST`), so calls do not either. May run anywhere at any time,
    several at once. Raises the database's errors while that is away.
    """
    until = time.monotonic() + budget_s
    _give_up(turns.due())
    while lanes := turns.lanes():
        settled, turn_ends = 0, time.monotonic() + TURN_S
        for lane in lanes:
            began = time.monotonic()
            settled += _settle_some(turns.due().filter(lane=lane))
            _rest_after(time.monotonic() - began)
            if time.monotonic() > min(until, turn_ends):
                break
        if time.monotonic() > until:
            return False
        if not settled:
            break
    return True


def _rest_after(seconds: float) -> None:
    time.sleep(min(settings.WORKER_REST * seconds, REST_LIMIT_S))


def settle(pk: int) -> None:
    """Try one delivery that is due."""
    _give_up(turns.due().filter(pk=pk))
    _settle_some(turns.due().filter(pk=pk))


def wake(platform: str, ids: Sequence[str]) -> int:
    """Have the deliveries tried again that waited for one of these platform ids; returns how many."""
    waiting = WebhookDelivery.objects.filter(platform=platform, state=State.UNROUTED)
    return sum(again(waiting.filter(awaits__contains=f" {i} ")) for i in ids if i)


def reconsider() -> int:
    """Try all unrouted deliveries again: an account may have been linked while they were looked at."""
    return again(WebhookDelivery.objects.filter(state=State.UNROUTED))


def again(deliveries: "QuerySet[WebhookDelivery]") -> int:
    """Have deliveries tried from the start, at once; what they did before is not done twice."""
    return repeatable(deliveries).update(
        state=State.RECEIVED, tries=0, next_try_at=clock.now(), reason="", awaits=""
    )


def repeatable(deliveries: "QuerySet[WebhookDelivery]") -> "QuerySet[WebhookDelivery]":
    """Those that can be tried again: what is done has lost its body, unless that holds more than messages."""
    return deliveries.exclude(state=State.DONE, body=b"")


def purge() -> int:
    """Delete what has been kept long enough (`KEPT`); returns how many."""
    deleted = 0
    for state, days in KEPT.items():
        old = WebhookDelivery.objects.filter(
            state=state, received_at__lt=clock.now() - timedelta(days=days)
        ).order_by("received_at")
        while batch := list(old.values_list("pk", flat=True)[:BATCH]):
            WebhookDelivery.objects.filter(pk__in=batch, state=state).delete()
            deleted += len(batch)
    return deleted


def _settle_some(due: "QuerySet[WebhookDelivery]") -> int:
    """Settle the next of these deliveries, together where nothing goes wrong; how many."""
    claims = _claim(due)
    if not (claims[1:] and _settle_together(claims)):
        for claim in claims:
            _settle_alone(claim)
    return len(claims)


def _claim(due: "QuerySet[WebhookDelivery]") -> list[Claim]:
    """Count a try of the next deliveries, before it begins: also what ends its process is tried five times.

    What has been tried before is tried alone, so that it harms nothing else again.
    """
    with transaction.atomic():
        next_ones = (
            due.filter(tries__lt=TRIES).order_by("next_try_at", "pk").select_for_update(skip_locked=True)
        )
        rows = list(next_ones.values_list("pk", "tries")[:ROWS_TOGETHER])
        fresh = [pk for pk, _ in takewhile(lambda row: row[1] == 0, rows)]
        chosen, tried = (fresh, 0) if fresh or not rows else ([rows[0][0]], rows[0][1])
        later = clock.now() + timedelta(seconds=FIRST_WAIT_S * 2**tried)
        WebhookDelivery.objects.filter(pk__in=chosen).update(tries=tried + 1, next_try_at=later)
    return [(pk, tried + 1) for pk in chosen]


def _give_up(due: "QuerySet[WebhookDelivery]") -> None:
    for pk in due.filter(tries__gte=TRIES).values_list("pk", flat=True):
        lost = WebhookDelivery.objects.filter(pk=pk, state=State.RECEIVED, tries__gte=TRIES)
        if lost.update(state=State.QUARANTINED, reason="It ended its process five times."):
            _tell_quarantine([pk])


def _settle_together(claims: Sequence[Claim]) -> bool:
    try:
        _attempt(claims)
    except Exception as error:
        if fault(error) is Fault.AWAY:
            raise
        log.warning("deliveries_parted", count=len(claims), error=type(error).__name__)
        return False
    return True


def _settle_alone(claim: Claim) -> None:
    try:
        _attempt([claim])
    except Exception as error:
        if fault(error) is not Fault.DATA:
            raise
        log.exception("delivery_failed", delivery=claim[0])
        with transaction.atomic():
            _close([(row, Verdict(State.RECEIVED, type(error).__name__)) for row in _held([claim])])


@repeated
def _attempt(claims: Sequence[Claim]) -> None:
    """The effects of the deliveries and their new states: one transaction."""
    with transaction.atomic():
        rows = _held(claims)
        _close(list(zip(rows, distribute(rows), strict=True)))


def _held(claims: Sequence[Claim]) -> list[WebhookDelivery]:
    """The deliveries that are still in the try that was claimed, locked."""
    tries = dict(claims)
    rows = WebhookDelivery.objects.select_for_update().filter(pk__in=tries, state=State.RECEIVED)
    return [row for row in rows.order_by("pk") if row.tries == tries[row.pk]]


def _close(settled: Sequence[tuple[WebhookDelivery, Verdict]]) -> None:
    for row, verdict in settled:
        is_given_up = verdict.state == State.RECEIVED and row.tries >= TRIES
        row.state = State.QUARANTINED if is_given_up else verdict.state
        row.reason = verdict.reason[:300]
        row.awaits = "".join(f" {i} " for i in verdict.awaits)
        row.body = b"" if verdict.is_spent else row.body
        metrics.count("deliveries", str(row.state))
    spent = [row.pk for row, verdict in settled if verdict.is_spent]
    WebhookDelivery.objects.filter(pk__in=spent).update(state=State.DONE, reason="", awaits="", body=b"")
    for row, verdict in settled:
        if not verdict.is_spent:
            row.save(update_fields=["state", "reason", "awaits"])
    _tell_quarantine([row.pk for row, _ in settled if row.state == State.QUARANTINED])


def _tell_quarantine(pks: Sequence[int]) -> None:
    for pk in pks:
        log.error("delivery_quarantined", delivery=pk, hint="replay_webhooks tries it again")
