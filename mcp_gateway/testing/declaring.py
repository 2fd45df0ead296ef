"""How a fixture tool is declared."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, NoParams, Params, Tool, ToolResult
from mcp_gateway.testing.samples import Content

Work = Callable[[ToolContext, Any], Awaitable[Sequence[Content]]]


def fixture(
    name: str, description: str, work: Work, params: type[Params] | Mapping[str, Any] = NoParams
) -> Tool:
    """A read-only tool that answers with what `work` returns."""

    async def handle(ctx: ToolContext, given: Any) -> ToolResult:
        return ToolResult(data={}, content=await work(ctx, given))

    return Tool(
        name=name,
        title=name.replace("_", " "),
        description=f"Conformance fixture: {description}",
        params=params,
        output=None,
        handler=handle,
        hints=READ,
        core=True,
    )
