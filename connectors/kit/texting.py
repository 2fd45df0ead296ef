"""How a plain text goes to a contact, told by a connector in terms of its own tools."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """One of the connector's own tools and its arguments."""

    tool: str
    arguments: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Texting:
    """What `hermes_send` must know of a platform.

    `send` says which tool takes a text to a contact (as the inbox names it, or an address a caller gives);
    `reaches` whether something is an address of this platform. Where `send`'s tool may raise WindowClosed
    with templates in its details, `by_template` says how one of them carries the text; None where it cannot.
    """

    send: Callable[[str, str], ToolUse]
    reaches: Callable[[str], bool]
    by_template: Callable[[str, str, Mapping[str, Any]], ToolUse | None] | None = None
