"""Background work of the inbox."""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from celery import shared_task

from connectors.sandbox import Emission
from hermes.core.errors import HermesError
from inbox import deliveries, intake, nudge

DRAIN_S = 20.0
log = structlog.get_logger(__name__)


@shared_task(name=nudge.TASK)
def drain() -> None:
    """Settle the deliveries that are due; by a word of the intake, and by the clock every 5 s."""
    if not deliveries.drain(DRAIN_S):
        nudge.send()


@shared_task(name="inbox.tasks.tidy_deliveries")
def tidy_deliveries() -> None:
    """Delete what has been kept long enough, look again whose the unrouted ones are; every hour."""
    deliveries.purge()
    deliveries.reconsider()


def wake(*, platform: str, ids: Sequence[str], **_: Any) -> None:
    """Have what waited for an account brought in, now that it is linked (`linking.account_linked`)."""
    if deliveries.wake(platform, ids):
        nudge.nudge()


def post(connection: str, platform: str, emissions: Sequence[Emission]) -> None:
    """Take in what a sandbox's platform posts to its connection (public id): signed, stored, due in its time.

    Raises NotFound (the platform posts nothing) and Unavailable.
    """
    spec, secret = intake.spec_of(platform), intake.sandbox_secret(connection)
    for emission in emissions:
        body = msgspec.json.encode(emission.payload)
        signed = spec.sign(secret, body)
        intake.store_sync(
            intake.verified(platform, signed, body, addressee=connection, due_in_s=emission.after_s)
        )
    for after_s in sorted({emission.after_s for emission in emissions}):
        if not nudge.send(after_s):
            return


def deliver(connection: str, platform: str, emissions: Sequence[Emission]) -> None:
    """As `post`, after a call that has been answered: what cannot be stored is lost, and logged."""
    try:
        post(connection, platform, emissions)
    except HermesError as away:
        log.warning("sandbox_events_lost", connection=connection, error=away.message)
