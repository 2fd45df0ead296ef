"""The states of a connection, and the only function that moves one."""

from collections.abc import Mapping
from types import MappingProxyType

from django.dispatch import Signal

from hermes.core.errors import Conflict
from tenants.models import Connection

PENDING, ACTIVE, NEEDS_REAUTH, PAUSED, REVOKED = Connection.Status
# Those whose tools are published; one that needs a new credential answers a call by saying so.
LIVE = frozenset({ACTIVE, NEEDS_REAUTH})

# Sent with `connection`, in the transaction that saves it, when it has come into another state.
moved = Signal()
# Sent with `connection` and `notice`, in the transaction that keeps the notice, when access ends soon.
ending = Signal()
# A revoked connection becomes active again only when the same account is linked anew: its history goes on.
MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        PENDING: frozenset({ACTIVE, NEEDS_REAUTH, REVOKED}),
        ACTIVE: frozenset({NEEDS_REAUTH, PAUSED, REVOKED}),
        NEEDS_REAUTH: frozenset({ACTIVE, REVOKED}),
        PAUSED: frozenset({ACTIVE, NEEDS_REAUTH, REVOKED}),
        REVOKED: frozenset({ACTIVE}),
    }
)


def move(connection: Connection, to: str, reason: str = "") -> None:
    """Put the connection into state `to`; the caller saves it. Raises Conflict where no such move exists."""
    if to not in MOVES[connection.status]:
        raise Conflict(
            f"This account is {connection.status.replace('_', ' ')} and cannot become {to.replace('_', ' ')}."
        )
    connection.status = to
    connection.status_reason = reason[:300]
    moved.send(Connection, connection=connection)
