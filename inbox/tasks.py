"""Background work of the inbox."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog
from celery import shared_task
from django.db import OperationalError
from kombu.exceptions import OperationalError as BrokerUnreachable

from connectors.registry import all_connectors
from connectors.sandbox import Emission
from hermes.core.errors import NotFound
from inbox import effects
from tenants import routing

log = structlog.get_logger(__name__)


@shared_task(
    name="inbox.tasks.receive",
    autoretry_for=(OperationalError,),
    max_retries=8,
    retry_backoff=True,
    retry_backoff_max=60,
)
def receive(connection_id: int, platform: str, payload: Mapping[str, Any]) -> None:
    """Put a platform's webhook body, addressed to one connection, into that connection's inbox.

    What its ids say is for another connection is left out and logged. Repeating it changes nothing.
    """
    try:
        connection = routing.receiver(connection_id)
    except NotFound:
        log.warning("event_without_connection", connection=connection_id, platform=platform)
        return
    webhook = all_connectors()[connection.platform].webhook
    if connection.platform != platform or webhook is None:
        log.warning("event_of_other_platform", connection=connection.public_id, platform=platform)
        return
    events = webhook.parse(msgspec.json.encode(payload))
    own = [event for event in events if routing.takes(connection, event.route)]
    if len(own) < len(events):
        log.warning("foreign_events", connection=connection.public_id, count=len(events) - len(own))
    applied = effects.apply(connection.customer_id, connection.pk, own)
    log.info("events_applied", connection=connection.public_id, **dataclasses.asdict(applied))


def deliver(connection_id: int, platform: str, emissions: Sequence[Emission]) -> None:
    """Have each body a sandbox's platform would post received in its time; without a broker they are lost."""
    for emission in emissions:
        try:
            receive.apply_async((connection_id, platform, emission.payload), countdown=emission.after_s)
        except (BrokerUnreachable, OSError):
            log.warning("sandbox_events_lost", connection=connection_id, platform=platform)
            return
