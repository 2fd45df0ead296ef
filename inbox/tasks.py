"""Background work of the inbox."""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from celery import shared_task
from django import db

from connectors.sandbox import Emission
from hermes.core.database_faults import Fault, fault
from hermes.core.errors import HermesError
from inbox import deliveries, events, intake, nudge, retention, watches, watching
from inbox.media import handed
from tenants import webhooks

DRAIN_S = 20.0
LOOK_AROUND_S = 10.0
log = structlog.get_logger(__name__)


@shared_task(name=nudge.TASK)
def drain() -> None:
    """Settle the deliveries that are due; by a word of the intake, and by the clock every 5 s."""
    try:
        is_done = deliveries.drain(DRAIN_S)
    except db.Error as error:
        if fault(error) is Fault.DATA:
            raise
        log.warning("database_away", error=type(error).__name__)
        return
    if not is_done:
        nudge.send()


@shared_task(name=nudge.WATCH)
def watch() -> None:
    """Look at the accounts of platforms that do not push; by the clock every 5 s."""
    watching.look_around(LOOK_AROUND_S)


@shared_task(name="inbox.tasks.tidy_deliveries")
def tidy_deliveries() -> None:
    """Delete what has been kept long enough, look again whose the unrouted ones are; every hour."""
    deliveries.purge()
    events.purge()
    deliveries.reconsider()


@shared_task(name="inbox.tasks.tidy_messages")
def tidy_messages() -> None:
    """Delete messages that the customers' plans do not keep any longer; every hour."""
    retention.purge_all()


@shared_task(name="inbox.tasks.forget_handed_files")
def forget_handed_files() -> None:
    """Delete files that no platform may fetch any longer; every few minutes."""
    handed.forget_expired()


def hurry(connection: str) -> None:
    """Have a watched account (public id of its connection) looked at now instead of in its time."""
    watches.hurry(connection)
    nudge.send(task=nudge.WATCH)


def wake(*, platform: str, ids: Sequence[str], **_: Any) -> None:
    """Have what waited for an account brought in, now that it is linked (`linking.account_linked`)."""
    if deliveries.wake(platform, ids):
        nudge.nudge()


def post(connection: str, platform: str, emissions: Sequence[Emission]) -> None:
    """Take in what a sandbox's platform posts to its connection (public id): signed, stored, due in its time.

    Raises NotFound (the platform posts nothing) and Unavailable.
    """
    spec, secret = intake.spec_of(platform), webhooks.secret_of(connection)
    keys = (spec.key_for(secret),)
    for emission in emissions:
        body = msgspec.json.encode(emission.payload)
        signed = spec.sign(secret, body)
        intake.store_sync(
            intake.verified(
                platform, signed, body, keys=keys, addressee=connection, due_in_s=emission.after_s
            )
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
