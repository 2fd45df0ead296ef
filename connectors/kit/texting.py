"""How a plain text goes to a contact, told by a connector in terms of its own tools."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """One of the connector's own tools and its arguments."""

    tool: str
    arguments: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A value that a template wants: in which `part` of it, its name there, and what a person is asked.

    Where it stands in the template's text, `mark` is what it replaces there.
    """

    part: str
    name: str
    label: str
    mark: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text that the platform has approved, to be sent outside of a service window."""

    name: str
    language: str
    text: str
    header: str = ""
    footer: str = ""
    category: str = ""
    gaps: Sequence[Gap] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The platform's templates by the connector's tools.

    `listing` says which tool lists those with these words (all for ""), `read` what its answer tells of those
    that can be sent, and `send` which tool sends one, by its name and language, with the values of each part
    in the order of its gaps.
    """

    listing: Callable[[str], ToolUse]
    read: Callable[[Mapping[str, Any]], list[Template]]
    send: Callable[[str, str, str, Mapping[str, Sequence[str]]], ToolUse]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Texting:
    """What `hermes_send` and the portal's inbox must know of a platform.

    `send` says which tool takes a text to a contact (as the inbox names it, or an address a caller gives);
    `reaches` whether something is an address of this platform. `answer` says which tool takes a text as the
    answer to a message of the inbox (a `StoredMessage`); None where that one cannot be answered. Where
    `send`'s tool may raise WindowClosed with templates in its details, `by_template` says how one of them
    carries the text; None where it cannot. `templates` are those that a person may choose from.
    """

    send: Callable[[str, str], ToolUse]
    reaches: Callable[[str], bool]
    answer: Callable[[Mapping[str, Any], str], ToolUse | None] | None = None
    by_template: Callable[[str, str, Mapping[str, Any]], ToolUse | None] | None = None
    templates: Templates | None = None
