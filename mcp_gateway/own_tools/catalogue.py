"""All cross-channel tools, whatever is connected."""

from mcp_gateway.own_tools import connecting, connections, inbox, research, searching, sending, usage, waiting

TOOLS = (
    *connecting.TOOLS,
    *connections.TOOLS,
    *inbox.TOOLS,
    *research.TOOLS,
    *searching.TOOLS,
    *sending.TOOLS,
    *usage.TOOLS,
    *waiting.TOOLS,
)
