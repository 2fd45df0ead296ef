"""The MCP SDK's own server with one tool, as its documentation builds it: stateless, answers in JSON."""

import contextlib
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool

ECHO = Tool(name="echo", description="Says what it is told.", input_schema={"type": "object"})


async def list_tools(*_: Any) -> ListToolsResult:
    """One tool."""
    return ListToolsResult(tools=[ECHO])


async def call_tool(*_: Any) -> CallToolResult:
    """A fixed text, as the fixture tool of Hermes answers."""
    return CallToolResult(
        content=[TextContent(type="text", text="This is a simple text response for testing.")]
    )


manager = StreamableHTTPSessionManager(
    Server("echo", on_list_tools=list_tools, on_call_tool=call_tool), json_response=True, stateless=True
)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve; the manager runs from start to end of the lifespan."""
    if scope["type"] != "lifespan":
        await manager.handle_request(scope, receive, send)
        return
    await receive()
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(manager.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
