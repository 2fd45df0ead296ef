"""An MCP client made of plain requests, so that tests can send what the SDK's client never would."""

import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any

import httpx2
import msgspec

from tests.support.api import Api

MODERN = "2026-07-28"
LATEST_HANDSHAKE = "2025-11-25"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
CLIENT_KEY = "io.modelcontextprotocol/clientInfo"
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


def modern_message(
    method: str, params: Mapping[str, Any] | None = None, *, id: Any = 1, **meta: Any
) -> dict[str, Any]:
    """A request of 2026-07-28; `meta` adds to or (as None) takes from its `_meta`, by the names below."""
    capabilities, extra = meta.pop("capabilities", {}), meta.pop("extra", {})
    told = {
        VERSION_KEY: meta.pop("version", MODERN),
        CAPABILITIES_KEY: capabilities,
        CLIENT_KEY: {"name": "test-agent", "version": "1"},
        **extra,
    }
    return {
        "jsonrpc": "2.0",
        "id": id,
        "method": method,
        "params": {**(params or {}), "_meta": {k: v for k, v in told.items() if v is not None}},
    }


def modern_headers(message: Mapping[str, Any]) -> dict[str, str]:
    """The headers that mirror a message."""
    headers = {**ACCEPT, "MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"]}
    name = NAMED_BY.get(message["method"])
    if name and isinstance(message["params"].get(name), str):
        headers["Mcp-Name"] = message["params"][name]
    return headers


def call_of(tool: str, /, **arguments: Any) -> dict[str, Any]:
    """The parameters of a tool call."""
    return {"name": tool, "arguments": arguments}


@dataclasses.dataclass(frozen=True)
class Agent:
    """An agent with a key, speaking to the application in process."""

    api: Api
    key: str | None

    def post(self, body: Any, headers: Mapping[str, str | None] | None = None) -> httpx2.Response:
        """POST a message or raw bytes; a header of None is left out."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        given = {**ACCEPT, **(headers or {})}
        return self.api.request(
            "POST",
            "/mcp",
            self.key,
            content=content,
            headers={k: v for k, v in given.items() if v is not None},
        )

    def modern(self, method: str, params: Mapping[str, Any] | None = None, **how: Any) -> httpx2.Response:
        """A request of 2026-07-28; `headers` overrides what mirrors it."""
        headers = how.pop("headers", {})
        message = modern_message(method, params, **how)
        return self.post(message, {**modern_headers(message), **headers})

    def result(self, method: str, params: Mapping[str, Any] | None = None, **how: Any) -> dict[str, Any]:
        """The result of a modern request that must succeed."""
        answer = self.modern(method, params, **how)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["result"]
        return found

    def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """The result of a modern tool call."""
        return self.result("tools/call", call_of(tool, **arguments))

    def initialize(self, version: str = LATEST_HANDSHAKE, **capabilities: Any) -> str:
        """A new handshake session's id."""
        answer = self.post(initialization(version, capabilities))
        assert answer.status_code == 200, answer.text
        return str(answer.headers["mcp-session-id"])

    def handshake(
        self, method: str, params: Mapping[str, Any] | None = None, *, session: str | None = None, id: Any = 1
    ) -> httpx2.Response:
        """A request of the handshake eras."""
        message = {"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}
        return self.post(message, session_headers(session))


def session_headers(session: str | None, version: str | None = LATEST_HANDSHAKE) -> dict[str, str]:
    """The headers of a request within a session."""
    headers = {**ACCEPT}
    if version:
        headers["MCP-Protocol-Version"] = version
    if session:
        headers["Mcp-Session-Id"] = session
    return headers


def initialization(version: str, capabilities: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An `initialize` request."""
    params = {
        "protocolVersion": version,
        "capabilities": capabilities or {},
        "clientInfo": {"name": "test-agent", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}


async def events(response: httpx2.Response) -> AsyncGenerator[Any, None]:
    """The JSON-RPC messages of an event stream as they come; pings are left out."""
    async for line in response.aiter_lines():
        if line.startswith("data:"):
            yield msgspec.json.decode(line.removeprefix("data:").strip())


@contextlib.asynccontextmanager
async def streamed(
    base: str, key: str | None, message: Any, headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx2.Response]:
    """POST a message to a server on loopback; the answer is read as it comes."""
    given = {**(headers or modern_headers(message)), "Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(base_url=base, timeout=30) as client,
        client.stream("POST", "/mcp", json=message, headers=given) as answer,
    ):
        yield answer


async def all_messages(response: httpx2.Response) -> list[Any]:
    """Every message of an answer, be it JSON or a stream."""
    if response.headers["content-type"] == "application/json":
        return [msgspec.json.decode(await response.aread())]
    return [message async for message in events(response)]


def eventually(check: Callable[[], bool], within_s: float = 5) -> None:
    """Wait until something holds; AssertionError when it has not within the time."""
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.02)


def outcomes(api: Api, key: str | None) -> list[str]:
    """How the tool calls of a key's customer ended, newest first."""
    entries = api.get("/api/audit", key).json()["entries"]
    return [e["outcome"] for e in entries if e["action"] == "tool.call"]
