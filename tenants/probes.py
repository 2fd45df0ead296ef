"""Asking a platform about a credential outside of a tool call: whose is it, and take it back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from asgiref.sync import async_to_sync

from connectors.kit.connector import Connector, Identity
from connectors.kit.context import ToolContext
from connectors.kit.credentials import Credentials
from hermes.core.errors import HermesError, Internal
from hermes.core.http import HttpClient
from tenants import context
from tenants.models import ApiKey, Connection

T = TypeVar("T")
log = structlog.get_logger(__name__)


def identify(connector: Connector, connection: Connection, credentials: Credentials) -> Identity:
    """Who the credentials belong to at the platform.

    Raises what the connector's `verify` raises; Internal where it fails in another way.
    """
    return _run(connector.verify, connection, credentials)


def withdraw(
    connector: Connector, connection: Connection, credentials: Credentials | None
) -> tuple[str, str]:
    """Take credentials back at the platform: an outcome (`ok`, `skipped`, an error code) and a sentence."""
    if connection.mode == ApiKey.Mode.TEST:
        return "skipped", "The sandbox has nothing to revoke."
    if connector.revoke is None or credentials is None:
        return "skipped", f"Revoke the access at {connector.name} too where it is no longer wanted."
    try:
        return "ok", _run(connector.revoke, connection, credentials)
    except HermesError as failure:
        return failure.code, f"{connector.name} did not confirm; revoke the access there. {failure.message}"


def _run(ask: Callable[[ToolContext], Awaitable[T]], connection: Connection, credentials: Credentials) -> T:
    async def asked() -> T:
        # A client of its own: this may run in an event loop that ends with this question.
        client = HttpClient()
        try:
            return await ask(context.outside_calls(connection, credentials, client))
        finally:
            await client.aclose()

    try:
        return async_to_sync(asked)()
    except HermesError:
        raise
    except Exception:
        log.exception("probe_failed", platform=connection.platform, connection=connection.public_id)
        raise Internal("The check failed on our side; the fault is logged. Try again later.") from None
