"""Connections over REST."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from hermes.core import clock
from mcp_gateway.rest.shapes import Given, Time, Told, iso
from tenants.models import Connection

ConnectionMode = Literal["live", "sandbox"]
_MODES: dict[str, ConnectionMode] = {"live": "live", "test": "sandbox"}


class LinkRequest(Given, frozen=True):
    """An account to connect. The fields of `credentials` are the platform's (see its guide)."""

    credentials: dict[str, Any]
    label: Annotated[str, Meta(description="The name agents use for the account.")] | None = None
    mode: Annotated[ConnectionMode, Meta(description="By default that of the key.")] | None = None
    verify: Annotated[bool, Meta(description="Ask the platform before anything is saved.")] = True


class ConnectionChange(Given, frozen=True):
    """What to change of a connection."""

    label: str | None = None
    status: Literal["active", "paused"] | None = None


class ConnectionInfo(Told, frozen=True):
    """A connected account. Its credentials are never shown."""

    id: str
    platform: str
    account: str
    mode: ConnectionMode
    status: str
    status_reason: str
    source: str
    identity: Annotated[dict[str, Any], Meta(description="Who the account is, as the platform says.")]
    created_at: Time
    verified_at: Time | None


class ConnectionAnswer(Told, frozen=True):
    """One connection."""

    connection: ConnectionInfo


class DisconnectAnswer(Told, frozen=True):
    """A connection that ended, and how taking its access back at the platform went."""

    connection: ConnectionInfo
    detail: str


class ConnectionPage(Told, frozen=True):
    """Connections, oldest first."""

    connections: list[ConnectionInfo]
    next_cursor: str | None


def connection_info(row: Connection) -> ConnectionInfo:
    """A connection as clients see it."""
    return ConnectionInfo(
        id=row.public_id,
        platform=row.platform,
        account=row.account,
        mode=_MODES[row.mode],
        status=row.status,
        status_reason=row.status_reason,
        source=row.source,
        identity=row.identity,
        created_at=clock.iso(row.created_at),
        verified_at=iso(row.verified_at),
    )
