"""The requests of the bench, byte for byte."""

import dataclasses
import http.client
import json
from collections.abc import Mapping
from typing import Any

MODERN = "2026-07-28"
HANDSHAKE = "2025-11-25"
CLIENT = {"name": "bench", "version": "1"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`content` goes over the wire as it is; a good answer holds `marker`."""

    content: bytes
    marker: str


def post(path: str, body: Mapping[str, Any], headers: Mapping[str, str], *, marker: str) -> Request:
    """A POST of JSON."""
    data = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", "Host: localhost:8000", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""])
    return Request(content=head.encode() + data, marker=marker)


def modern_call(
    tool: str, arguments: Mapping[str, Any], headers: Mapping[str, str], *, marker: str
) -> Request:
    """`tools/call` of the revision without sessions."""
    params = {"name": tool, "arguments": arguments}
    return modern_post("tools/call", params, {"Mcp-Name": tool, **headers}, marker=marker)


def modern_post(
    method: str, params: Mapping[str, Any], headers: Mapping[str, str], *, marker: str = ""
) -> Request:
    """A request of the revision without sessions."""
    prefix = "io.modelcontextprotocol"
    meta = {
        f"{prefix}/protocolVersion": MODERN,
        f"{prefix}/clientInfo": CLIENT,
        f"{prefix}/clientCapabilities": {},
    }
    own = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": method,
    }
    body = rpc(method, {**params, "_meta": meta})
    return post("/mcp", body, {**own, **headers}, marker=marker)


def session_call(
    tool: str, arguments: Mapping[str, Any], headers: Mapping[str, str], *, port: int, marker: str
) -> Request:
    """`tools/call` in a session, which is opened here."""
    own = {**headers, **session_headers(port, headers)}
    return post("/mcp", rpc("tools/call", {"name": tool, "arguments": arguments}), own, marker=marker)


def session_headers(port: int, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of requests in a session, which is opened here by a client that sends `headers`."""
    own = {"Accept": "application/json, text/event-stream", **headers}
    hello = {"protocolVersion": HANDSHAKE, "capabilities": {}, "clientInfo": CLIENT}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    fixed = {"Host": "localhost:8000", "Content-Type": "application/json"}
    connection.request("POST", "/mcp", json.dumps(rpc("initialize", hello)), {**own, **fixed})
    answer = connection.getresponse()
    answer.read()
    session = answer.headers.get("Mcp-Session-Id")
    told = {"MCP-Protocol-Version": HANDSHAKE} | ({"Mcp-Session-Id": session} if session else {})
    own |= told
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    connection.request("POST", "/mcp", json.dumps(initialized), {**own, **fixed})
    connection.getresponse().read()
    connection.close()
    return {"Accept": own["Accept"], **told}


def rpc(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
