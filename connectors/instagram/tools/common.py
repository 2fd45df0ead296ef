"""What several tools share."""

import re
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.meta import text_of
from hermes.core import clock
from hermes.core.errors import InvalidArgument

MediaId = Annotated[
    str,
    Meta(
        max_length=30,
        pattern=r"^[0-9]{1,30}$",
        description="`id` of a post (instagram_list_media), digits; not its address or shortcode.",
    ),
]
CommentId = Annotated[
    str,
    Meta(
        max_length=30,
        pattern=r"^[0-9]{1,30}$",
        description="`id` of a comment (instagram_list_comments), or message_id of one in the inbox.",
    ),
]
# As Instagram prints hashtags and addresses.
HASHTAG = re.compile(r"#\w")
LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
MENTION = re.compile(r"(?<!\w)@\w")
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")


def at(value: Any) -> str | None:
    """Instagram's time (2026-11-22T10:00:00+0000) in our form; None for anything else."""
    text = _OFFSET.sub(r"\1:\2", text_of(value))
    try:
        return clock.iso(datetime.fromisoformat(text))
    except ValueError:
        return None


def whole(value: Any) -> int | None:
    """A count; None for anything else."""
    return value if type(value) is int else None


def known(value: Any) -> str | None:
    """Text that says something; None for anything else."""
    return text_of(value) or None


def require_at_most(count: int, limit: int, what: str, argument: str) -> None:
    """Raises InvalidArgument naming the argument."""
    if count > limit:
        raise InvalidArgument(
            f"'{argument}' has {count} {what}; Instagram allows {limit}.", details={"argument": argument}
        )
