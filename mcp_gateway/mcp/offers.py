"""What an MCP client finds beside tools: prompts and resources, each declared once."""

import dataclasses
import functools
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from django.conf import settings

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
    """A prompt. `render(caller, arguments, link)` gives its messages in wire form."""

    name: str
    title: str
    description: str
    render: Callable[[Caller, Mapping[str, str], ClientLink], Awaitable[Sequence[Mapping[str, Any]]]]
    arguments: tuple[PromptArgument, ...] = ()
    complete: Completer | None = None
    scope: str = "tools:read"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource, or a family of them where `uri` has `{variables}` (RFC 6570, level 1).

    `read(caller, uri, variables, link)` gives its contents in wire form and raises NotFound. A resource
    that shows what a tool would tell reads it through the executor, so that it is admitted and recorded.
    """

    uri: str
    name: str
    title: str
    description: str
    mime_type: str
    read: Callable[[Caller, str, Mapping[str, str], ClientLink], Awaitable[Sequence[Mapping[str, Any]]]]
    complete: Completer | None = None
    scope: str = "tools:read"

    @property
    def is_family(self) -> bool:
        """Whether it is a template rather than one resource."""
        return "{" in self.uri

    def match(self, uri: str) -> dict[str, str] | None:
        """The variables with which `uri` is this resource, or None."""
        found = _pattern(self.uri).fullmatch(uri)
        return {k: unquote(v) for k, v in found.groupdict().items()} if found else None


PROMPTS: tuple[Prompt, ...] = ()
RESOURCES: tuple[Resource, ...] = ()


@functools.cache
def every_prompt() -> Mapping[str, Prompt]:
    """All prompts of this deployment by name, in name order."""
    prompts = [*PROMPTS]
    if settings.MCP_CONFORMANCE:
        from mcp_gateway.testing.prompts import PROMPTS as FIXTURES  # noqa: PLC0415

        prompts += FIXTURES
    return MappingProxyType({p.name: p for p in sorted(prompts, key=lambda p: p.name)})


@functools.cache
def every_resource() -> tuple[Resource, ...]:
    """All resources of this deployment, in order of their URIs."""
    resources = [*RESOURCES]
    if settings.MCP_CONFORMANCE:
        from mcp_gateway.testing.resources import RESOURCES as FIXTURES  # noqa: PLC0415

        resources += FIXTURES
    return tuple(sorted(resources, key=lambda r: r.uri))


def prompts_of(caller: Caller) -> list[Prompt]:
    """The prompts whose scope the caller has."""
    return _within(caller, every_prompt().values())


def resources_of(caller: Caller) -> list[Resource]:
    """The resources and families whose scope the caller has."""
    return _within(caller, every_resource())


def find_resource(caller: Caller, uri: str) -> tuple[Resource, dict[str, str]] | None:
    """The resource a URI names and its variables; a single one goes before a family."""
    found = [(r, variables) for r in resources_of(caller) if (variables := r.match(uri)) is not None]
    return min(found, key=lambda f: f[0].is_family) if found else None


def _within(caller: Caller, offers: Iterable[Any]) -> list[Any]:
    return [offer for offer in offers if offer.scope in caller.principal.scopes]


@functools.cache
def _pattern(uri: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", uri)
    return re.compile("".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(parts)))
