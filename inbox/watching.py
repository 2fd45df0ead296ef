"""Looking at the accounts of platforms that do not push, and bringing what is new into the inbox."""

import asyncio
import time
from collections import deque

import structlog
from asgiref.sync import async_to_sync
from django.db import transaction

from connectors.kit.watch import Sight
from hermes.core import metrics
from hermes.core.errors import HermesError, NeedsReauth
from hermes.core.http import HttpClient
from hermes.core.threads import blocking
from inbox import distribution, watches
from inbox.reader import reader
from inbox.watches import Turn
from tenants import context, credentials as vault, refusals

LOOK_S = 30.0
HANDS = 32
log = structlog.get_logger(__name__)


def look_around(budget_s: float) -> bool:
    """Look at all accounts whose time has come, or until the time is over; whether none is left.

    May run anywhere at any time, several at once: an account has one watcher at a time. Nothing is begun
    after `budget_s`, and a look that was begun has 30 s.
    """
    until = time.monotonic() + budget_s
    watches.enrol()
    while waiting := watches.due():
        async_to_sync(_look_at_all)(waiting, until)
        if time.monotonic() > until:
            return False
    return True


async def _look_at_all(waiting: list[int], until: float) -> None:
    queue, client = deque(waiting), HttpClient()

    async def hand() -> None:
        while queue and time.monotonic() < until:
            turn = await blocking(watches.take, queue.popleft())
            if turn is not None:
                metrics.count("looks", await _look(turn, client))

    try:
        await asyncio.gather(*(hand() for _ in range(min(HANDS, len(queue)))))
    finally:
        await client.aclose()


async def _look(turn: Turn, client: HttpClient) -> str:
    """One look, never an exception; what became of it."""
    connection = turn.connection
    try:
        credentials = await blocking(vault.of_connection, connection)
        ctx = context.outside_calls(
            connection, credentials, client, inbox=reader(connection.customer_id, connection.pk)
        )
        async with asyncio.timeout(LOOK_S):
            sight = await turn.spec.look(ctx, turn.cursor)
        await blocking(_bring, turn, sight)
    except NeedsReauth as refusal:
        await blocking(_stop, turn, refusal)
        return refusal.code
    except (HermesError, TimeoutError) as failure:
        code, wait_s = _told(failure)
        log.info("look_failed", connection=connection.public_id, error=code, tries=turn.failures + 1)
        await blocking(watches.postpone, turn, code, at_least_s=wait_s)
        return code
    except Exception as fault:
        log.exception("look_failed", connection=connection.public_id, platform=connection.platform)
        await blocking(watches.postpone, turn, type(fault).__name__)
        return "fault"
    return "ok"


def _told(failure: HermesError | TimeoutError) -> tuple[str, float]:
    """The code of a failure and the seconds the platform asks for."""
    if isinstance(failure, HermesError):
        return failure.code, failure.retry_after_s or 0.0
    return "timeout", 0.0


def _bring(turn: Turn, sight: Sight) -> None:
    """The events and the cursor behind them are one transaction: what is not kept is found again."""
    with transaction.atomic():
        if not watches.hand_back(turn, cursor=sight.cursor, is_due=sight.has_more):
            log.warning("look_overtaken", connection=turn.connection.public_id)
        elif sight.events and (failed := distribution.apply_to(turn.connection, sight.events)):
            # Told once and left out: nobody would ever see what comes after an event that cannot be kept.
            log.error("events_left_out", connection=turn.connection.public_id, reasons=failed)


def _stop(turn: Turn, refusal: NeedsReauth) -> None:
    connection = turn.connection
    refusals.mark_needs_reauth(
        connection.customer_id, connection.public_id, refusal.message, version=connection.version
    )
    watches.postpone(turn, refusal.code)
