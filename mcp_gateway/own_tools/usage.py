"""What was used."""

import dataclasses
from typing import Annotated

from msgspec import Meta

from connectors.kit.tool import READ, Output, Params, ToolResult
from mcp_gateway.own_tools.context import OwnContext, own_tool


class GetUsage(Params, frozen=True):
    """Which month."""

    period: (
        Annotated[
            str,
            Meta(
                max_length=7,
                pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$",
                description="Calendar month (UTC) such as 2026-11; this month where left out.",
            ),
        ]
        | None
    ) = None


class Usage(Output, frozen=True, kw_only=True):
    """Units of a month."""

    plan: str
    mode: Annotated[str, Meta(description="live, or test for the sandbox.")]
    period: str
    used: int
    quota: int
    left: int


async def get_usage(ctx: OwnContext, params: GetUsage) -> ToolResult:
    """Tell a month's units."""
    return ToolResult(data=await ctx.usage(params.period))


TOOLS = (
    own_tool(
        name="hermes_usage",
        title="Show usage",
        description="Tell how many units (calls) the customer has used and has left in a month, and its "
        "plan. Costs nothing. Every result also says in meta what it cost and what is left. What is "
        "connected: hermes_list_connections.",
        params=GetUsage,
        output=Usage,
        handler=get_usage,
        hints=dataclasses.replace(READ, open_world=False),
        units=0,
        example={},
    ),
)
