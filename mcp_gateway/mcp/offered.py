"""Which prompts and resources there are, and which of them a caller has."""

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings

from hermes.core.errors import HermesError
from mcp_gateway import catalogue
from mcp_gateway.calls import Caller
from mcp_gateway.mcp import own_prompts, own_resources
from mcp_gateway.mcp.offers import Prompt, Resource


@functools.cache
def every_prompt() -> Mapping[str, Prompt]:
    """All prompts of this deployment by name, in name order."""
    prompts = [*own_prompts.PROMPTS]
    if settings.MCP_CONFORMANCE:
        from mcp_gateway.testing.prompts import PROMPTS  # noqa: PLC0415  (never in production)

        prompts += PROMPTS
    return MappingProxyType({p.name: p for p in sorted(prompts, key=lambda p: p.name)})


@functools.cache
def every_resource() -> tuple[Resource, ...]:
    """All resources of this deployment, in order of their URIs."""
    resources = [*own_resources.RESOURCES]
    if settings.MCP_CONFORMANCE:
        from mcp_gateway.testing.resources import RESOURCES  # noqa: PLC0415

        resources += RESOURCES
    return tuple(sorted(resources, key=lambda r: r.uri))


def prompts_of(caller: Caller) -> list[Prompt]:
    """The caller's prompts in name order."""
    return _within(caller, every_prompt().values())


def resources_of(caller: Caller) -> list[Resource]:
    """The caller's resources and families in order of their URIs."""
    return _within(caller, every_resource())


def find_resource(caller: Caller, uri: str) -> tuple[Resource, dict[str, str]] | None:
    """The resource a URI names and its variables; a single one goes before a family."""
    found = [(r, variables) for r in resources_of(caller) if (variables := r.match(uri)) is not None]
    return min(found, key=lambda f: f[0].is_family) if found else None


def _within(caller: Caller, offers: Iterable[Any]) -> list[Any]:
    return [offer for offer in offers if _is_offered(caller, offer)]


def _is_offered(caller: Caller, offer: Prompt | Resource) -> bool:
    if offer.scope not in caller.principal.scopes:
        return False
    try:
        return offer.tool is None or catalogue.find(caller, offer.tool) is not None
    except HermesError:
        return False
