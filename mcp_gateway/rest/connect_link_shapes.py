"""Connect links over REST."""

from typing import Annotated, Literal, cast

from msgspec import Meta

from hermes.core import clock
from mcp_gateway.rest.connection_shapes import MODES, ConnectionMode
from mcp_gateway.rest.shapes import Given, Moment, Time, Told, iso
from tenants import connect_links
from tenants.models import ConnectLink

LinkStatus = Literal["open", "used", "expired", "revoked"]


class NewConnectLink(Given, frozen=True):
    """A link to make."""

    platform: str
    label: Annotated[str, Meta(description="The name agents will use for the account.")] | None = None
    expires_at: Annotated[Moment, Meta(description="By default in 24 hours; at most in 30 days.")] | None = (
        None
    )


class ConnectLinkInfo(Told, frozen=True):
    """A link. Whoever follows `url` must sign in as a member of the customer who may connect accounts."""

    id: str
    url: str
    platform: str
    label: Annotated[str, Meta(description="The name the account will have; empty: the platform's.")]
    mode: ConnectionMode
    status: LinkStatus
    asked_by: Annotated[str, Meta(description="Name of the key or agent that asked for it.")]
    created_at: Time
    expires_at: Time
    used_at: Time | None
    connection: Annotated[str, Meta(description="Id of the connection it led to.")] | None


class ConnectLinkAnswer(Told, frozen=True):
    """One link."""

    link: ConnectLinkInfo


class ConnectLinkPage(Told, frozen=True):
    """Links, newest first."""

    links: list[ConnectLinkInfo]
    next_cursor: str | None


def link_info(row: ConnectLink) -> ConnectLinkInfo:
    """A link as clients see it."""
    return ConnectLinkInfo(
        id=row.public_id,
        url=connect_links.address(row),
        platform=row.platform,
        label=row.account,
        mode=MODES[row.mode],
        status=cast("LinkStatus", connect_links.status(row)),
        asked_by=row.asked_as,
        created_at=clock.iso(row.created_at),
        expires_at=clock.iso(row.expires_at),
        used_at=iso(row.used_at),
        connection=row.connection.public_id if row.connection else None,
    )
