"""A connection whose credential the platform refuses is stopped at once."""

import structlog
from django import db

from hermes.core.errors import HermesError, NeedsReauth
from hermes.core.threads import blocking
from tenants import refusals
from tenants.principals import ConnectionView, Principal

log = structlog.get_logger(__name__)


async def flag(principal: Principal, connection: ConnectionView, error: NeedsReauth) -> None:
    """Stop calls to the connection until it is connected again; what cannot be stored is logged."""
    try:
        await blocking(
            refusals.mark_needs_reauth,
            principal.customer_id,
            connection.public_id,
            error.message,
            version=connection.version,
        )
    except (HermesError, db.Error) as fault:
        log.error("connection_not_flagged", connection=connection.public_id, error=type(fault).__name__)
