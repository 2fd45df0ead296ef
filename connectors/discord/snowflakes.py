"""Discord's ids: they grow with time and hold it (milliseconds since 2015 above 22 low bits)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeGuard

from msgspec import Meta

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_LONGEST = 20
PATTERN = r"^[0-9]{15,20}$"
ServerId = Annotated[
    str,
    Meta(min_length=15, max_length=20, pattern=PATTERN, description="Server id, from discord_list_servers."),
]
ChannelId = Annotated[
    str,
    Meta(
        min_length=15,
        max_length=20,
        pattern=PATTERN,
        description="Id of a channel, thread or direct channel.",
    ),
]
MessageId = Annotated[str, Meta(min_length=15, max_length=20, pattern=PATTERN, description="Message id.")]
UserId = Annotated[
    str,
    Meta(
        min_length=15,
        max_length=20,
        pattern=PATTERN,
        description="User id, from a message or discord_get_member.",
    ),
]


def at(moment: datetime) -> str:
    """The smallest id of this time."""
    return str((moment - _EPOCH) // timedelta(milliseconds=1) << 22)


def moment_of(snowflake: str) -> datetime:
    """When the thing with this id was made. Raises ValueError for what is no id."""
    return _EPOCH + timedelta(milliseconds=int(snowflake[:_LONGEST]) >> 22)


def is_id(value: object) -> TypeGuard[str]:
    """Whether an answer's value is an id."""
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _LONGEST
