"""Asking a platform about a credential outside of a tool call: whose is it, and take it back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from asgiref.sync import async_to_sync

from billing import subscriptions
from connectors.kit.connector import Connector, Identity
from connectors.kit.context import ToolContext
from connectors.kit.credentials import Credentials
from hermes.core.errors import HermesError, Internal
from hermes.core.http import HttpClient
from tenants import context
from tenants.models import Connection

T = TypeVar("T")
log = structlog.get_logger(__name__)


def identify(connector: Connector, connection: Connection, credentials: Credentials) -> Identity:
    """Who the credentials belong to at the platform.

    Raises what the connector's `verify` raises; Internal where it fails in another way.
    """
    return ask(connector.verify, connection, credentials)


def ask(
    question: Callable[[ToolContext], Awaitable[T]], connection: Connection, credentials: Credentials
) -> T:
    """What the platform says to a question of a connector.

    Raises what the question does; Internal where it fails in another way.
    """
    plan = subscriptions.plan_of(connection.customer_id)

    async def asked() -> T:
        # A client of its own: this may run in an event loop that ends with this question.
        client = HttpClient()
        try:
            return await question(context.outside_calls(connection, credentials, client, plan=plan))
        finally:
            await client.aclose()

    try:
        return async_to_sync(asked)()
    except HermesError:
        raise
    except Exception:
        log.exception("probe_failed", platform=connection.platform, connection=connection.public_id)
        raise Internal("The check failed on our side; the fault is logged. Try again later.") from None
