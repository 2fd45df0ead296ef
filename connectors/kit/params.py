"""Building blocks that tools' parameters share, described once."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from hermes.core import clock
from hermes.core.errors import InvalidArgument

Limit = Annotated[int, Meta(ge=1, le=100, description="How many.")]
Cursor = Annotated[
    str,
    Meta(min_length=1, max_length=512, description="`next_cursor` of the page before."),
]
Since = Annotated[str, Meta(max_length=40, description="From this time on, e.g. 2026-11-22T10:00:00Z.")]
Until = Annotated[str, Meta(max_length=40, description="Before this time, e.g. 2026-11-22T18:00:00Z.")]


def moment(value: str | None, argument: str) -> datetime | None:
    """The time an argument names, in UTC; None stays None. Raises InvalidArgument naming the argument."""
    if value is None:
        return None
    try:
        return clock.parse(value)
    except InvalidArgument:
        raise InvalidArgument(
            f"'{argument}' must be an ISO 8601 time such as 2026-11-22T10:00:00Z.",
            details={"argument": argument},
        ) from None
