"""Whose connection an inbound event belongs to."""

from collections.abc import Sequence

from hermes.core.errors import NotFound
from tenants import states
from tenants.models import Connection


def owned(customer_id: int, connection_id: int) -> Connection:
    """A connection of the customer by its row id. Raises NotFound."""
    return _only(
        Connection.objects.of(customer_id).select_related("customer").filter(pk=connection_id).first()
    )


def receiver(connection_id: int) -> Connection:
    """The connection an event was addressed to by its row id; raises NotFound where it was disconnected."""
    rows = Connection.objects.unscoped().select_related("customer").exclude(status=states.REVOKED)
    return _only(rows.filter(pk=connection_id).first())


def takes(connection: Connection, route: Sequence[str]) -> bool:
    """Whether an event with these platform ids, the most exact one first, is for the connection (TE05).

    Only the first id counts: an event for another number of the same business account is not for it.
    """
    return bool(route) and route[0] in {connection.external_id, *connection.routes} - {""}


def _only(connection: Connection | None) -> Connection:
    if connection is None:
        raise NotFound("There is no such connection.")
    return connection
