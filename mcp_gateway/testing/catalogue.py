"""The fixture tools: ordinary tools that go through the executor like any other."""

from dataclasses import replace

from mcp_gateway.testing.asking import ASKING
from mcp_gateway.testing.plain import PLAIN
from mcp_gateway.testing.rounds import ROUNDS

TOOLS = tuple(replace(tool, core=True) for tool in (*PLAIN, *ASKING, *ROUNDS))
