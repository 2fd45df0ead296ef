"""Which tools a caller has, and how they are published.

A tool is published when its platform is connected in the caller's mode, the key's profile and
allow-list admit it and the key's scopes cover it. To a key of the profile `search` few are published;
it finds the rest. The executor's own arguments are added here, so handlers never see them.
"""

import dataclasses
import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings

from connectors.kit import schema
from connectors.kit.connector import Connector
from connectors.kit.tool import Tool
from connectors.registry import all_tools
from hermes.core.errors import Forbidden, InsufficientScope, NotConnected, UnknownTool
from mcp_gateway.calls import Caller
from mcp_gateway.connect_desk import TOOL as CONNECT
from mcp_gateway.own_tools import catalogue as own_tools, research, searching
from tenants import states
from tenants.principals import Principal
from tenants.roles import READ_ONLY_PROFILES

# While so few platforms are connected, or an account must be reconnected, the tool to connect is a core one:
# with more of them the list has no room for it (ADR 0017), and who has them knows the portal.
FEW_PLATFORMS = 2
# The profile of clients with little room: tools are found and called by two that are listed.
SEARCH = "search"
# The profile of ChatGPT's deep research: it reads, and has two tools by the names that are asked for there.
RESEARCH, FULL = "research", "full"
SEARCH_TOOLS = frozenset(tool.name for tool in searching.TOOLS)

ACCOUNT = {
    "type": "string",
    "maxLength": 80,
    "description": "Label or id, if several.",
}
DETAIL = {
    "type": "string",
    "enum": ["concise", "detailed"],
    "description": "Concise by default.",
}
IDEMPOTENCY_KEY = {
    "type": "string",
    "minLength": 1,
    "maxLength": 256,
    "description": "Unique; a repeat with it does nothing twice.",
}
DRY_RUN = {
    "type": "boolean",
    "description": "Only tell what would be done.",
}
REHEARSAL = {
    "dry_run": {"type": "boolean", "description": "True where nothing was done because of dry_run."},
    "request": {"type": "object", "description": "What a dry run would have sent to the platform."},
}
META = {
    "type": "object",
    "description": "About the call: call_id, account, units, quota_left and, where known, upstream_id.",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A tool as it is published: schemas with the executor's arguments and `meta` in them."""

    tool: Tool
    connector: Connector | None
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None
    annotations: Mapping[str, Any]


@functools.cache
def every_tool() -> Mapping[str, Listing]:
    """All tools of this deployment by name, in name order."""
    tools: dict[str, tuple[Connector | None, Tool]] = {**all_tools()}
    tools |= {tool.name: (None, tool) for tool in own_tools.TOOLS}
    if settings.MCP_CONFORMANCE:
        from mcp_gateway.testing.catalogue import TOOLS  # noqa: PLC0415  (never in production)

        tools |= {tool.name: (None, tool) for tool in TOOLS}
    return MappingProxyType({name: _listing(*tools[name]) for name in sorted(tools)})


def listed(caller: Caller) -> list[Listing]:
    """What `caller` may call, in name order (the order never varies by connection)."""
    return [listing for listing in every_tool().values() if _is_offered(listing, caller.principal)]


def callable_by(caller: Caller) -> list[Listing]:
    """All that `caller` may call, listed or not, in name order, but for those that do what others do."""
    return [
        listing
        for listing in every_tool().values()
        if listing.tool.name not in SEARCH_TOOLS | research.NAMES and _is_callable(listing, caller.principal)
    ]


def find(caller: Caller, name: str) -> Listing:
    """The tool a call names.

    Raises UnknownTool, InsufficientScope, Forbidden (the key's tools) or NotConnected, in this order.
    """
    listing = every_tool().get(name)
    if listing is None:
        raise UnknownTool(
            f"There is no tool '{name[:64]}'. List the tools and use a name from that list.",
            details={"tool": name[:64]},
        )
    principal = caller.principal
    if listing.tool.scope not in principal.scopes:
        raise InsufficientScope(
            f"{name} needs the scope {listing.tool.scope}. Use a key that has it.",
            details={"scope": listing.tool.scope},
        )
    if not _is_allowed(listing.tool, principal):
        raise Forbidden(
            f"This key may not call {name}; its owner can widen the key's tools in the key's settings.",
            details={"tool": name},
        )
    if listing.connector is not None and listing.connector.slug not in _platforms(principal):
        raise NotConnected(
            f"{listing.connector.name} is not connected. Have a person connect an account by the link of "
            f"hermes_connect or with POST /api/connect/{listing.connector.slug}, then call again.",
            details={"platform": listing.connector.slug},
        )
    return listing


def _is_offered(listing: Listing, principal: Principal) -> bool:
    if not _is_callable(listing, principal):
        return False
    tool, searches = listing.tool, principal.profile == SEARCH
    if tool.name in SEARCH_TOOLS:
        return searches
    if searches:
        return tool.core and listing.connector is None
    if tool.name in research.NAMES and principal.tools is None:
        return principal.profile in (FULL, RESEARCH)
    is_core = tool.core or (tool.name == CONNECT and _lacks_accounts(principal))
    return principal.tools is not None or principal.profile not in ("core", RESEARCH) or is_core


def _is_callable(listing: Listing, principal: Principal) -> bool:
    if listing.tool.scope not in principal.scopes or not _is_allowed(listing.tool, principal):
        return False
    return listing.connector is None or listing.connector.slug in _platforms(principal)


def _is_allowed(tool: Tool, principal: Principal) -> bool:
    if principal.profile == SEARCH and tool.name in SEARCH_TOOLS:
        return True  # they give no more than the tools they find
    if principal.tools is not None and tool.name not in principal.tools:
        return False
    return principal.profile not in READ_ONLY_PROFILES or tool.hints.read_only


def _platforms(principal: Principal) -> set[str]:
    return {c.platform for c in principal.connections if c.status in states.LIVE}


def _lacks_accounts(principal: Principal) -> bool:
    is_stopped = any(c.status == states.NEEDS_REAUTH for c in principal.connections)
    return is_stopped or len(_platforms(principal)) <= FEW_PLATFORMS


def _listing(connector: Connector | None, tool: Tool) -> Listing:
    hints = tool.hints
    output = schema.output_schema(tool)
    return Listing(
        tool=tool,
        connector=connector,
        input_schema=MappingProxyType(_with_own_arguments(connector, tool)),
        output_schema=MappingProxyType(_with_own_members(tool, output)) if output is not None else None,
        annotations=MappingProxyType(
            {
                "readOnlyHint": hints.read_only,
                "destructiveHint": hints.destructive,
                "idempotentHint": hints.idempotent,
                "openWorldHint": hints.open_world,
            }
        ),
    )


def _with_own_arguments(connector: Connector | None, tool: Tool) -> dict[str, Any]:
    published = dict(schema.input_schema(tool))
    if not isinstance(tool.params, type):
        return published
    own: dict[str, Any] = {} if connector is None else {"account": ACCOUNT}
    if tool.takes_key:
        own |= {"idempotency_key": IDEMPOTENCY_KEY, "dry_run": DRY_RUN}
    if tool.detailed_only:
        own["detail"] = DETAIL
    published["properties"] = {**published.get("properties", {}), **own}
    return published


def _with_own_members(tool: Tool, published: Mapping[str, Any]) -> dict[str, Any]:
    members = {**published.get("properties", {}), "meta": META}
    if not tool.takes_key:
        return {**published, "properties": members}
    # A dry run answers with these in place of the tool's own members, so none of those is required.
    relaxed = {k: v for k, v in published.items() if k != "required"}
    return {**relaxed, "properties": members | REHEARSAL}
