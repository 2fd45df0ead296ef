"""Tools found and called by name, for clients with little room for a list of tools."""

import dataclasses
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import READ, SEND, Output, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument
from mcp_gateway.calls import ToolCall
from mcp_gateway.own_tools.context import OwnContext, own_tool

CALL_TOOL = "hermes_call_tool"


class SearchTools(Params, frozen=True):
    """What is looked for."""

    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="What the tool does, in English, e.g. send telegram photo; or its name.",
        ),
    ]
    limit: Annotated[int, Meta(ge=1, le=20, description="How many.")] = 5


class FoundTools(Output, frozen=True, kw_only=True):
    """The tools that fit."""

    tools: Annotated[
        list[dict[str, Any]],
        Meta(description="name, title, description, read_only, input_schema (for hermes_call_tool)."),
    ]
    hint: str | None = None


async def search_tools(ctx: OwnContext, params: SearchTools) -> ToolResult:
    """Find tools among those the caller may call."""
    found = ctx.find_tools(params.query, params.limit)
    hint = "Nothing fits. Use other words, or see hermes_list_connections: tools exist for what is connected."
    return ToolResult(data=FoundTools(tools=found, hint=None if found else hint))


class CallTool(Params, frozen=True):
    """Which tool, with what."""

    tool: Annotated[str, Meta(min_length=1, max_length=64, description="Name from hermes_search_tools.")]
    arguments: (
        Annotated[
            dict[str, Any],
            Meta(
                max_length=100,
                description="Its arguments by its input_schema; account, dry_run and idempotency_key too.",
            ),
        ]
        | None
    ) = None


def relayed(call: ToolCall) -> ToolCall:
    """The call that a call of hermes_call_tool stands for; any other is itself.

    One that is not well formed, or would relay itself, stays and is refused as it is.
    """
    if call.tool != CALL_TOOL or not {"tool"} <= call.arguments.keys() <= {"tool", "arguments"}:
        return call
    tool, arguments = call.arguments["tool"], call.arguments.get("arguments")
    if not isinstance(tool, str) or tool == CALL_TOOL or not isinstance(arguments, dict | None):
        return call
    return dataclasses.replace(call, tool=tool, arguments=arguments or {})


async def call_tool(_: Any, __: CallTool) -> ToolResult:
    """Refuse what `relayed` has left."""
    raise InvalidArgument(
        "hermes_call_tool calls other tools, not itself. Name one of hermes_search_tools.",
        details={"argument": "tool"},
    )


TOOLS = (
    own_tool(
        name="hermes_search_tools",
        title="Find a tool",
        description="Find tools by what they do, best first, among those you may call: each with its "
        "description "
        "and the input_schema by which hermes_call_tool calls it. Start here when no listed tool fits. Costs "
        "nothing and calls nothing.",
        params=SearchTools,
        output=FoundTools,
        handler=search_tools,
        hints=dataclasses.replace(READ, open_world=False),
        units=0,
        redact=frozenset({"query"}),
        example={"query": "send a text"},
    ),
    Tool(
        name=CALL_TOOL,
        title="Call a tool",
        description="Call a tool that hermes_search_tools found. It is that tool's call in every way: the "
        "same "
        "result and errors, effects, limits and cost. Look the arguments up first; for a send that "
        "matters put "
        "dry_run: true into them. What it sends cannot be taken back.",
        params=CallTool,
        output=None,
        handler=call_tool,
        hints=SEND,
        redact=frozenset({"arguments"}),
        example={"tool": "hermes_inbox", "arguments": {"limit": 5}},
        relays=True,
    ),
)
