"""The stored deliveries: which is next, what became of it, and how long it is kept."""

import random
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from hermes.core import clock, metrics
from inbox.distribution import Verdict, distribute
from inbox.models import WebhookDelivery

State = WebhookDelivery.State
TRIES = 5
FIRST_WAIT_S = 10  # before the second try; doubled from try to try
LANES_A_TURN = 50
ROWS_A_LANE = 4
KEPT = {State.DONE: 30, State.QUARANTINED: 30, State.UNROUTED: 7}  # days
BATCH = 500
log = structlog.get_logger(__name__)


def drain(budget_s: float) -> bool:
    """Settle what is due until nothing is, or the time is over; whether nothing is left.

    Lanes take turns with a few rows each, so nobody waits behind another's backlog. May run anywhere at
    any time, several at once.
    """
    until = time.monotonic() + budget_s
    while turn := _turn():
        for pk in turn:
            settle(pk)
            if time.monotonic() > until:
                return False
    return True


def settle(pk: int) -> None:
    """Try one delivery that is due. Its effects and its new state are one transaction.

    The try is counted before it begins, so a delivery that ends its process is tried five times too.
    """
    tries = _claim(pk)
    if tries is None:
        return
    try:
        with transaction.atomic():
            delivery = WebhookDelivery.objects.select_for_update().get(pk=pk)
            if delivery.state == State.RECEIVED and delivery.tries == tries:
                _close(delivery, distribute(delivery))
    except (OperationalError, InterfaceError) as away:
        log.warning("delivery_interrupted", delivery=pk, error=type(away).__name__)
    except Exception as error:
        log.exception("delivery_failed", delivery=pk)
        with transaction.atomic():
            delivery = WebhookDelivery.objects.select_for_update().get(pk=pk)
            if delivery.state == State.RECEIVED and delivery.tries == tries:
                _close(delivery, Verdict(State.RECEIVED, type(error).__name__))


def wake(platform: str, ids: Sequence[str]) -> int:
    """Have the deliveries tried again that waited for one of these platform ids; returns how many."""
    waiting = WebhookDelivery.objects.filter(platform=platform, state=State.UNROUTED)
    return sum(again(waiting.filter(awaits__contains=f" {i} ")) for i in ids if i)


def reconsider() -> int:
    """Try all unrouted deliveries again: an account may have been linked while they were looked at."""
    return again(WebhookDelivery.objects.filter(state=State.UNROUTED))


def again(deliveries: "QuerySet[WebhookDelivery]") -> int:
    """Have deliveries tried from the start, at once; what they did before is not done twice."""
    return deliveries.update(state=State.RECEIVED, tries=0, next_try_at=clock.now(), reason="", awaits="")


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


def _turn() -> list[int]:
    due = WebhookDelivery.objects.filter(state=State.RECEIVED, next_try_at__lte=clock.now())
    lanes = list(due.order_by().values_list("lane", flat=True).distinct())
    random.shuffle(lanes)
    shares = [
        list(due.filter(lane=lane).order_by("next_try_at").values_list("pk", flat=True)[:ROWS_A_LANE])
        for lane in lanes[:LANES_A_TURN]
    ]
    return [share[place] for place in range(ROWS_A_LANE) for share in shares if place < len(share)]


def _claim(pk: int) -> int | None:
    """Count a try; its number, None where the delivery is another's, not due, or has had its tries."""
    due = WebhookDelivery.objects.filter(pk=pk, state=State.RECEIVED, next_try_at__lte=clock.now())
    tried = due.values_list("tries", flat=True).first()
    if tried is None:
        return None
    if tried >= TRIES:
        if due.filter(tries=tried).update(state=State.QUARANTINED, reason="It ended its process five times."):
            _tell_quarantine(pk)
        return None
    later = clock.now() + timedelta(seconds=FIRST_WAIT_S * 2**tried)
    return tried + 1 if due.filter(tries=tried).update(tries=tried + 1, next_try_at=later) else None


def _close(delivery: WebhookDelivery, verdict: Verdict) -> None:
    is_given_up = verdict.state == State.RECEIVED and delivery.tries >= TRIES
    delivery.state = State.QUARANTINED if is_given_up else verdict.state
    delivery.reason = verdict.reason[:300]
    delivery.awaits = "".join(f" {i} " for i in verdict.awaits)
    delivery.save(update_fields=["state", "reason", "awaits"])
    metrics.count("deliveries", str(delivery.state))
    if delivery.state == State.QUARANTINED:
        _tell_quarantine(delivery.pk)


def _tell_quarantine(pk: int) -> None:
    log.error("delivery_quarantined", delivery=pk, hint="replay_webhooks tries it again")
