"""What an MCP client finds beside tools: the types that prompts and resources are declared with."""

import dataclasses
import functools
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from connectors.kit.context import ClientLink
from mcp_gateway.calls import Caller

Completer = Callable[[Caller, str, str, Mapping[str, str]], Awaitable[Sequence[str]]]
"""(caller, argument's name, what is typed so far, the other arguments) -> suggestions, best first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PromptArgument:
    """One argument of a prompt; its value is text."""

    name: str
    description: str
    required: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt. `render(caller, arguments, link)` gives its messages in wire form.

    It is offered to callers that have `scope` and may call `tool`, by which it reads what it shows.
    """

    name: str
    title: str
    description: str
    render: Callable[[Caller, Mapping[str, str], ClientLink], Awaitable[Sequence[Mapping[str, Any]]]]
    arguments: tuple[PromptArgument, ...] = ()
    complete: Completer | None = None
    scope: str = "tools:read"
    tool: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource, or a family of them where `uri` has `{variables}` (RFC 6570, level 1).

    `read(caller, uri, variables, link)` gives its contents in wire form and raises NotFound. A resource
    that shows what a tool would tell reads it through the executor, so that it is admitted and recorded.
    It is offered to callers that have `scope` and may call that `tool`.
    """

    uri: str
    name: str
    title: str
    description: str
    mime_type: str
    read: Callable[[Caller, str, Mapping[str, str], ClientLink], Awaitable[Sequence[Mapping[str, Any]]]]
    complete: Completer | None = None
    scope: str = "tools:read"
    tool: str | None = None

    @property
    def is_family(self) -> bool:
        """Whether it is a template rather than one resource."""
        return "{" in self.uri

    def match(self, uri: str) -> dict[str, str] | None:
        """The variables with which `uri` is this resource, or None."""
        found = _pattern(self.uri).fullmatch(uri)
        return {k: unquote(v) for k, v in found.groupdict().items()} if found else None


@functools.cache
def _pattern(uri: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", uri)
    return re.compile("".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(parts)))
