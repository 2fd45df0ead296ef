"""Tools, usage, the audit trail and the inbox over REST."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from mcp_gateway.rest.shapes import Cursor, Given, KeyMode, Limit, Moment, Told


class ToolInfo(Told, frozen=True):
    """A tool as this key may call it."""

    name: str
    title: str
    description: str
    platform: str | None
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    annotations: dict[str, Any]


class ToolList(Told, frozen=True):
    """Tools in name order."""

    tools: list[ToolInfo]


class Usage(Told, frozen=True):
    """Units of the present calendar month (UTC) in the key's mode."""

    plan: str
    mode: KeyMode
    period: Annotated[str, Meta(description="Year and month.")]
    used: int
    quota: int
    left: int


class AuditQuery(Given, frozen=True):
    """Which entries. Filters are exact."""

    limit: Limit = 50
    cursor: Cursor | None = None
    since: Moment | None = None
    until: Moment | None = None
    action: str | None = None
    actor: str | None = None
    surface: str | None = None
    mode: str | None = None
    tool: str | None = None
    platform: str | None = None
    connection: str | None = None
    outcome: str | None = None


class AuditPage(Told, frozen=True):
    """Entries of the audit trail, newest first."""

    entries: list[dict[str, Any]]
    next_cursor: str | None


class ThreadQuery(Given, frozen=True):
    """Which conversations."""

    limit: Limit = 20
    cursor: Cursor | None = None
    unread: bool | None = None
    since: Annotated[datetime, Meta(tz=True, description="With a message at or after this time.")] | None = (
        None
    )
    connection: Annotated[str, Meta(description="Of this connected account only.")] | None = None


class MessageQuery(Given, frozen=True):
    """Which page of a conversation."""

    limit: Limit = 20
    cursor: Cursor | None = None
