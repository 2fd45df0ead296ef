"""Tools, usage, the audit trail and the inbox over REST."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from mcp_gateway.rest.shapes import Cursor, Given, KeyMode, Limit, Moment, Time, Told

_WORDS = "Words of a message, or a contact's name or number."


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


class SubscriptionNow(Told, frozen=True):
    """The plan, and the subscription at Stripe that pays for it; without one `status` is `none`."""

    plan: str
    status: Annotated[
        str,
        Meta(description="Stripe's word: active, trialing, past_due, unpaid, canceled, ...; or none."),
    ]
    period_start: Time | None
    period_end: Time | None
    ends_at: Annotated[Time | None, Meta(description="When it ends, where it has been cancelled.")]
    grace_until: Annotated[Time | None, Meta(description="How long a late payment leaves the plan.")]
    payment: Annotated[Literal["none", "failed", "paid"], Meta(description="How the last invoice went.")]
    next_payment_at: Annotated[Time | None, Meta(description="When a failed payment is tried again.")]


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
    needs_reply: Annotated[bool, Meta(description="Where the contact wrote last.")] | None = None
    q: Annotated[str, Meta(min_length=1, max_length=200, description=_WORDS)] | None = None


class SearchQuery(Given, frozen=True):
    """Which messages."""

    q: Annotated[str, Meta(min_length=1, max_length=200, description="Words that a message must all have.")]
    limit: Limit = 20
    cursor: Cursor | None = None
    since: Moment | None = None
    until: Moment | None = None


class ThreadRead(Told, frozen=True):
    """A conversation's messages that are left unread."""

    id: str
    unread: int


class MessageQuery(Given, frozen=True):
    """Which page of a conversation."""

    limit: Limit = 20
    cursor: Cursor | None = None
