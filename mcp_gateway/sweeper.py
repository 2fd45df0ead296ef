"""What is left behind is put in order: calls that never ended, idempotency keys that have expired."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction

from audit import log as trail
from hermes.core import clock, metrics
from mcp_gateway import idempotency

BATCH = 500
log = structlog.get_logger(__name__)


@shared_task(name="mcp_gateway.sweep_calls")
def sweep_calls() -> int:
    """Give up calls that began longer than `settings.CALL_GIVEN_UP_AFTER_S` ago; returns how many.

    Their process has died. They become `outcome_unknown` and so do their keys, their units stay charged,
    and nothing is sent again. May run anywhere at any time, several at once.
    """
    given_up = 0
    while count := _give_up_some():
        given_up += count
    if given_up:
        metrics.count("calls_given_up", by=given_up)
        log.warning("calls_given_up", count=given_up)
    return given_up


@shared_task(name="mcp_gateway.forget_expired_keys")
def forget_expired_keys() -> int:
    """Delete idempotency keys that have expired; returns how many."""
    forgotten = 0
    while count := idempotency.forget_expired(BATCH):
        forgotten += count
    return forgotten


def _give_up_some() -> int:
    before = clock.now() - timedelta(seconds=settings.CALL_GIVEN_UP_AFTER_S)
    with transaction.atomic():
        calls = trail.abandon(started_before=before, limit=BATCH)
        if calls:
            idempotency.give_up(calls)
    return len(calls)
