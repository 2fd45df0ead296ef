"""What the clock does for grants: renewing before the end, and telling owners where only they can."""

import asyncio
import time
from datetime import timedelta

import structlog
from asgiref.sync import async_to_sync
from django.db import transaction

from connectors.registry import all_connectors
from hermes.core import clock
from hermes.core.errors import HermesError
from hermes.core.http import HttpClient
from tenants import changes, refusals, states
from tenants.actors import SYSTEM
from tenants.models import Connection, Customer
from tenants.oauth import renewal
from tenants.oauth.models import OAuthGrant

# An owner is told this long before access ends that nobody but they can renew.
NOTICE = timedelta(days=7)
BATCH = 200
HANDS = 8
log = structlog.get_logger(__name__)


def renew_due(budget_s: float) -> int:
    """Renew what is due, some side by side, for so many seconds; how many were renewed.

    Accounts that are stopped are left alone. Those that fail are due again later.
    """
    due = OAuthGrant.objects.unscoped().filter(
        renew_at__lte=clock.now(), connection__status__in=(states.ACTIVE, states.PAUSED)
    )
    rows = due.order_by("renew_at").values_list("customer_id", "connection_id", "connection__version")
    waiting, until = list(rows[:BATCH]), time.monotonic() + budget_s
    return async_to_sync(_renew_all)(waiting, until) if waiting else 0


async def _renew_all(waiting: list[tuple[int, int, int]], until: float) -> int:
    client, renewed = HttpClient(), 0

    async def hand() -> None:
        nonlocal renewed
        while waiting and time.monotonic() < until:
            customer, connection, version = waiting.pop(0)
            try:
                held = await renewal.renew(customer, connection, seen=version, http=client)
            except HermesError as failure:
                log.info("renewal_put_off", error=failure.code)
            else:
                renewed += held.version > version

    try:
        await asyncio.gather(*(hand() for _ in range(HANDS)))
    finally:
        await client.aclose()
    return renewed


def tell_of_ends() -> int:
    """Put a notice on accounts whose access ends within `NOTICE` and is not renewed; stop what has ended."""
    now = clock.now()
    ending = OAuthGrant.objects.unscoped().filter(
        renew_at=None, expires_at__lte=now + NOTICE, connection__status__in=(states.ACTIVE, states.PAUSED)
    )
    told = 0
    for row in ending.select_related("connection__customer").order_by("expires_at")[:BATCH]:
        if row.expires_at is not None and row.expires_at <= now:
            refusals.mark_needs_reauth(
                row.customer_id,
                row.connection.public_id,
                f"The access {_name(row.connection)} gave has ended; connect the account again.",
                version=row.connection.version,
            )
            told += 1
        elif not row.notice:
            told += _tell(row)
    return told


def _tell(row: OAuthGrant) -> bool:
    notice = (
        f"The access {_name(row.connection)} gave ends on {row.expires_at:%Y-%m-%d %H:%M} UTC. "
        "Connect the account again before that."
    )
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=row.customer_id)
        mine = OAuthGrant.objects.of(row.customer_id).filter(pk=row.pk, notice="")
        if not mine.update(notice=notice):
            return False
        SYSTEM.record(row.customer_id, "connection.ending", notice, connection=row.connection)
        changes.announce(row.connection.customer.public_id)
        states.ending.send(Connection, connection=row.connection, notice=notice)
    return True


def _name(connection: Connection) -> str:
    return all_connectors()[connection.platform].name
