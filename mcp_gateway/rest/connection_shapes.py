"""Connections over REST."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from hermes.core import clock
from mcp_gateway.rest.shapes import Given, Time, Told, iso
from tenants.models import Connection
from tenants.oauth import grants, platform_apps

ConnectionMode = Literal["live", "sandbox"]
MODES: dict[str, ConnectionMode] = {"live": "live", "test": "sandbox"}


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


class WebhookInfo(Told, frozen=True):
    """Whether the platform posts the account's events to Hermes, where it has to be told so."""

    address: Annotated[str, Meta(description="Where it posts; empty where it was not told.")]
    fault: Annotated[str, Meta(description="Why it could not be told; tried again every five minutes.")]


class AccessInfo(Told, frozen=True):
    """What the platform granted, for an account that was connected by signing in there."""

    provider: str
    ends_at: Annotated[Time | None, Meta(description="When the access token ends.")]
    is_renewed: Annotated[bool, Meta(description="Hermes renews it before that; else a person must.")]
    notice: Annotated[str, Meta(description="What the owner should do, and by when.")]
    lacking: Annotated[list[str], Meta(description="Tools that do not work with what was granted.")]


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
    webhook: WebhookInfo
    access: AccessInfo | None
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
        mode=MODES[row.mode],
        status=row.status,
        status_reason=row.status_reason,
        source=row.source,
        identity=row.identity,
        webhook=WebhookInfo(address=row.webhook_address, fault=row.webhook_fault),
        access=_access_info(row),
        created_at=clock.iso(row.created_at),
        verified_at=iso(row.verified_at),
    )


def _access_info(row: Connection) -> AccessInfo | None:
    grant = grants.of_row(row)
    if grant is None:
        return None
    return AccessInfo(
        provider=grant.provider,
        ends_at=iso(grant.expires_at),
        is_renewed=grant.renew_at is not None,
        notice=grant.notice,
        lacking=list(platform_apps.spec_of(row.platform, grant.provider).lacking(grant.scopes)),
    )
