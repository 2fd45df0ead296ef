"""The agent of `make demo`: an MCP client and a REST client of one key, and how it tells what happens."""

import json
from collections.abc import Mapping
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent, TextResourceContents

from hermes.local.console import paint, say
from hermes.local.loopback import ask


class StepFailed(RuntimeError):
    """Hermes did not do what this step is there to show."""


class Player:
    """One customer's agent in the sandbox, over the MCP client it is given."""

    def __init__(self, client: Client, *, port: int, key: str) -> None:
        self.client = client
        self._port = port
        self._key = key

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """One tool call's data. Raises StepFailed with what Hermes said."""
        result = await self.client.call_tool(tool, dict(arguments))
        expect(not result.is_error, f"{tool} failed: {text_of(result)}")
        return dict(result.structured_content or {})

    async def read(self, uri: str) -> dict[str, Any]:
        """A resource's JSON."""
        (contents,) = (await self.client.read_resource(uri)).contents
        expect(isinstance(contents, TextResourceContents), f"{uri} is no text")
        return dict(json.loads(contents.text)) if isinstance(contents, TextResourceContents) else {}

    def get(self, path: str) -> dict[str, Any]:
        """One page over REST. Raises StepFailed."""
        return self._ask("GET", path, None, 200)

    def post(self, path: str, body: Mapping[str, Any], *, status: int) -> dict[str, Any]:
        """One request over REST that is answered with `status`. Raises StepFailed."""
        return self._ask("POST", path, body, status)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, status: int) -> dict[str, Any]:
        reply = ask(self._port, method, path, key=self._key, body=body)
        expect(reply.status == status, f"{method} {path} answered {reply.status}: {reply.body}")
        return dict(reply.body)


def expect(holds: bool, otherwise: str) -> None:
    """Go on only where it holds."""
    if not holds:
        raise StepFailed(otherwise)


def told(name: str, value: str) -> None:
    """One line of what happened."""
    say(f"    {paint('cyan', f'{name:<14}')} {value}")


def first_line(text: str) -> str:
    """The first line, shortened."""
    return text.strip().splitlines()[0][:200] if text.strip() else "(none)"


def text_of(result: CallToolResult) -> str:
    """The result's text."""
    return next((c.text for c in result.content if isinstance(c, TextContent)), "")
