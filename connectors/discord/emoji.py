"""Emoji of reactions: a Unicode emoji, or one of a server as name:id."""

import re
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta

from hermes.core.errors import InvalidArgument

Emoji = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        description="A Unicode emoji such as 👍, or name:id of a server's own emoji (<:name:id> works too).",
    ),
]
_CUSTOM = re.compile(r"(?:<a?:)?([A-Za-z0-9_]{2,32}):(\d{15,20})>?")


def step(emoji: str) -> str:
    """The emoji as a step of a path. Raises InvalidArgument for a name such as :thumbsup: or plain text."""
    custom = _CUSTOM.fullmatch(emoji.strip())
    if custom:
        return quote(f"{custom[1]}:{custom[2]}", safe="")
    if not emoji.strip() or any(c.isalpha() or c.isspace() for c in emoji.strip()) or emoji.isdecimal():
        raise InvalidArgument(
            "'emoji' must be the emoji itself, such as 👍, or name:id of a server's own emoji.",
            details={"argument": "emoji"},
        )
    return quote(emoji.strip(), safe="")
