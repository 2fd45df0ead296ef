"""The file a ticket stands for: at the platform, by the connection's own credentials, or handed over."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from connectors.kit.connector import MediaFile
from connectors.registry import all_connectors
from hermes.core import http, limits
from hermes.core.errors import HermesError, NeedsReauth, NotFound, RateLimited, Unavailable
from hermes.core.loops import PerLoop
from hermes.core.threads import blocking
from inbox.media import handed
from inbox.media.tokens import Ticket
from tenants import connections, context, credentials as vault, refusals, states
from tenants.models import Connection, Customer

LIMIT_BYTES = 32 << 20
AT_ONCE = 4  # each holds a file in memory
PER_MINUTE = 60
TURN_WITHIN_S = 5.0  # a page with many pictures asks for all of them
_turns = PerLoop(lambda: asyncio.Semaphore(AT_ONCE), lambda _: None)


async def file_of(ticket: Ticket) -> MediaFile:
    """The file, at most 32 MiB.

    Raises NotFound (gone, disconnected, of another's), TooLarge, RateLimited (60 a minute and customer),
    Unavailable (4 files are being fetched, and none was done within 5 s) and what the platform answers.
    """
    if ticket.handed:
        content, mime_type = await blocking(handed.content, ticket.customer_id, ticket.handed)
        return MediaFile(content=content, mime_type=mime_type)
    connection, opened = await blocking(_opened, ticket)
    fetch = all_connectors()[connection.platform].fetch_media
    if fetch is None:
        raise NotFound("Files of this platform are not served.")
    bucket = limits.Bucket("media", capacity=PER_MINUTE, per_minute=PER_MINUTE)
    taken = await limits.take(connection.customer.public_id, (bucket,))
    if not taken.allowed:
        raise RateLimited(
            "Too many files are being opened. Wait, then try again.", retry_after_s=taken.retry_after_s
        )
    try:
        async with _turn():
            ctx = context.outside_calls(connection, opened, http.client())
            return await fetch(ctx, ticket.media, LIMIT_BYTES)
    except NeedsReauth as refused:
        await blocking(_flag, connection, refused)
        raise NotFound("The account of this file must be connected again.") from None


@contextlib.asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    turns = _turns.get()
    try:
        async with asyncio.timeout(TURN_WITHIN_S):
            await turns.acquire()
    except TimeoutError:
        raise Unavailable(
            "Many files are being opened. Try again in a moment.", retry_after_s=TURN_WITHIN_S
        ) from None
    try:
        yield
    finally:
        turns.release()


def _opened(ticket: Ticket) -> tuple[Connection, Any]:
    connection = connections.get(ticket.customer_id, ticket.connection)
    if connection.status != states.ACTIVE or connection.customer.status != Customer.Status.ACTIVE:
        raise NotFound("The account of this file is not in use.")
    return connection, vault.of_connection(connection)


def _flag(connection: Connection, refused: HermesError) -> None:
    refusals.mark_needs_reauth(
        connection.customer_id, connection.public_id, refused.message, version=connection.version
    )
