"""What to paste into which client to reach this deployment: the one place where that is written.

Sources: code.claude.com/docs/mcp, claude.com/docs/connectors, platform.openai.com/docs/mcp,
cursor.com/docs/mcp, code.visualstudio.com/docs/copilot/reference/mcp-configuration,
opencode.ai/docs/mcp-servers.
"""

import base64
import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

NAME = "hermes"
PLACEHOLDER = "YOUR_HERMES_KEY"
_INSPECTOR = "npx -y -p node@22 -p @modelcontextprotocol/inspector@2 mcp-inspector"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to set a client up: by signing in (`oauth`: the address is all) or by a key in a header.

    `text` goes to `place`: a file (json), a terminal (commands) or what a person does (steps). `install` is
    an address that opens the client and adds the server.
    """

    auth: Literal["oauth", "key"]
    format: Literal["json", "commands", "steps"]
    place: str
    text: str
    install: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client and the ways to set it up, the best first. `note` is what else one must know of it."""

    id: str
    name: str
    ways: tuple[Way, ...]
    note: str = ""


def clients(public_url: str, key: str = PLACEHOLDER) -> tuple[Client, ...]:
    """Every client we know, for a deployment at this address; `key` is put where the client wants one."""
    endpoint = f"{public_url}/mcp"
    return (
        _claude(endpoint),
        _claude_code(endpoint, key),
        _chatgpt(endpoint),
        _cursor(endpoint, key),
        _vscode(endpoint),
        _opencode(endpoint, key),
        _inspector(endpoint, key),
        _generic(public_url, endpoint, key),
    )


def _claude(endpoint: str) -> Client:
    steps = (
        "1. Open Settings > Connectors > Add custom connector.\n"
        f"2. Name: Hermes. Remote MCP server URL: {endpoint}\n"
        "3. Add, then Connect: sign in to Hermes and allow what Claude may do."
    )
    return Client(
        id="claude",
        name="Claude (web, desktop, mobile)",
        ways=(Way(auth="oauth", format="steps", place="claude.ai or the app", text=steps),),
        note="Claude's servers must reach the address: it is https and public. There is no place for a key.",
    )


def _claude_code(endpoint: str, key: str) -> Client:
    add = f"claude mcp add --transport http {NAME} {endpoint}"
    project = {
        "type": "http",
        "url": endpoint,
        "headers": {"Authorization": "Bearer ${HERMES_KEY}"},
    }
    return Client(
        id="claude-code",
        name="Claude Code",
        ways=(
            Way(auth="oauth", format="commands", place="a terminal", text=add),
            Way(
                auth="key",
                format="commands",
                place="a terminal",
                text=f'{add} --header "Authorization: Bearer {key}"',
            ),
            Way(
                auth="key",
                format="json",
                place=".mcp.json of a project (HERMES_KEY is read from the environment)",
                text=_pretty({"mcpServers": {NAME: project}}),
            ),
        ),
        note="To sign in, run /mcp in Claude Code and choose hermes.",
    )


def _chatgpt(endpoint: str) -> Client:
    steps = (
        "1. Open Settings > Apps & Connectors > Advanced settings and turn Developer mode on.\n"
        f"2. Create. Name: Hermes. MCP server URL: {endpoint} Authentication: OAuth.\n"
        "3. Create, then sign in to Hermes and allow what ChatGPT may do."
    )
    return Client(
        id="chatgpt",
        name="ChatGPT",
        ways=(Way(auth="oauth", format="steps", place="chatgpt.com", text=steps),),
        note="OpenAI's servers must reach the address: it is https and public. For deep research and company "
        "knowledge choose the tool profile research when you sign in: it has the tools search and fetch.",
    )


def _cursor(endpoint: str, key: str) -> Client:
    place = ".cursor/mcp.json of a project, or ~/.cursor/mcp.json"
    open_ = {"url": endpoint}
    config = base64.b64encode(json.dumps(open_).encode()).decode()
    return Client(
        id="cursor",
        name="Cursor",
        ways=(
            Way(
                auth="oauth",
                format="json",
                place=place,
                text=_pretty({"mcpServers": {NAME: open_}}),
                install=f"cursor://anysphere.cursor-deeplink/mcp/install?name={NAME}&config={quote(config)}",
            ),
            Way(
                auth="key",
                format="json",
                place=place,
                text=_pretty({"mcpServers": {NAME: {**open_, "headers": _bearer(key)}}}),
            ),
        ),
        note="A Cursor that asks you to sign in although there is a key ignores the key: sign in then.",
    )


def _vscode(endpoint: str) -> Client:
    open_ = {"type": "http", "url": endpoint}
    install = quote(json.dumps({"name": NAME, **open_}))
    asked = {"type": "promptString", "id": "hermes-key", "description": "Hermes API key", "password": True}
    keyed = {**open_, "headers": _bearer("${input:hermes-key}")}
    return Client(
        id="vscode",
        name="VS Code (Copilot)",
        ways=(
            Way(
                auth="oauth",
                format="json",
                place=".vscode/mcp.json",
                text=_pretty({"servers": {NAME: open_}}),
                install=f"vscode:mcp/install?{install}",
            ),
            Way(
                auth="key",
                format="json",
                place=".vscode/mcp.json (VS Code asks for the key once and keeps it)",
                text=_pretty({"inputs": [asked], "servers": {NAME: keyed}}),
            ),
        ),
    )


def _opencode(endpoint: str, key: str) -> Client:
    schema, remote = "https://opencode.ai/config.json", {"type": "remote", "url": endpoint}
    keyed = {**remote, "oauth": False, "headers": _bearer(key)}
    return Client(
        id="opencode",
        name="opencode",
        ways=(
            Way(
                auth="key",
                format="json",
                place="opencode.json",
                text=_pretty({"$schema": schema, "mcp": {NAME: keyed}}),
            ),
            Way(
                auth="oauth",
                format="json",
                place="opencode.json",
                text=_pretty({"$schema": schema, "mcp": {NAME: remote}}),
            ),
        ),
        note="To sign in, run: opencode mcp auth hermes.",
    )


def _inspector(endpoint: str, key: str) -> Client:
    base = f'{_INSPECTOR} --cli {endpoint} --transport http --header "Authorization: Bearer {key}"'
    call = "--method tools/call --tool-name whatsapp_send_text --tool-arg to=+12025550100 text=Hello"
    return Client(
        id="inspector",
        name="MCP Inspector",
        ways=(
            Way(
                auth="key",
                format="commands",
                place="a terminal with npm",
                text=f"{base} --method tools/list --strict\n{base} {call}",
            ),
        ),
    )


def _generic(public_url: str, endpoint: str, key: str) -> Client:
    server = {"type": "streamable-http", "url": endpoint}
    return Client(
        id="generic",
        name="Any other client",
        ways=(
            Way(auth="oauth", format="json", place="where the client wants it", text=_pretty(server)),
            Way(
                auth="key",
                format="json",
                place="where the client wants it",
                text=_pretty({**server, "headers": _bearer(key)}),
            ),
            Way(
                auth="key",
                format="commands",
                place="a terminal",
                text=f'curl -H "Authorization: Bearer {key}" {public_url}/api/tools',
            ),
        ),
    )


def _bearer(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _pretty(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2)
