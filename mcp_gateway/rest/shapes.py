"""What every management path sends and takes over REST is made of."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hermes.core import clock

LIMIT_ROWS = 100
Time = Annotated[str, Meta(description="UTC, ISO 8601.", extra_json_schema={"format": "date-time"})]
Moment = Annotated[datetime, Meta(tz=True)]
Limit = Annotated[int, Meta(ge=1, le=LIMIT_ROWS, description="Rows of a page.")]
Cursor = Annotated[str, Meta(max_length=1000, description="`next_cursor` of the page before.")]
KeyMode = Literal["live", "test"]


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what clients send."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what clients are told."""


class PageQuery(Given, frozen=True):
    """Which page of a list."""

    limit: Limit = 50
    cursor: Cursor | None = None


class Problem(Told, frozen=True):
    """An error (RFC 9457). `code` is stable; `detail` says the next action."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    call_id: str | None = None
    retry_after: Annotated[int, Meta(description="Seconds.")] | None = None


def iso(moment: datetime | None) -> str | None:
    """The moment as clients read it."""
    return clock.iso(moment) if moment else None
