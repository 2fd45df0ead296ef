"""Ready-to-paste configurations of the common MCP clients."""

import json
from collections.abc import Mapping


def configurations(public_url: str, key: str) -> Mapping[str, str]:
    """What to paste, by the client's name and the place where it goes."""
    endpoint = f"{public_url}/mcp"
    header = f"Authorization: Bearer {key}"
    headers = {"Authorization": f"Bearer {key}"}
    return {
        "Claude Code (a command)": f'claude mcp add --transport http hermes {endpoint} --header "{header}"',
        "Cursor (.cursor/mcp.json)": _pretty(
            {"mcpServers": {"hermes": {"url": endpoint, "headers": headers}}},
        ),
        "VS Code (.vscode/mcp.json)": _pretty(
            {"servers": {"hermes": {"type": "http", "url": endpoint, "headers": headers}}},
        ),
        "opencode (opencode.json)": _pretty(
            {
                "$schema": "https://opencode.ai/config.json",
                "mcp": {"hermes": {"type": "remote", "url": endpoint, "oauth": False, "headers": headers}},
            },
        ),
        "MCP Inspector (commands, by npm)": _inspector(endpoint, header),
        "curl (commands)": (f'curl -H "{header}" {public_url}/api/tools'),
    }


def _inspector(endpoint: str, header: str) -> str:
    program = "npx -y -p node@22 -p @modelcontextprotocol/inspector@2 mcp-inspector"
    base = f'{program} --cli {endpoint} --transport http --header "{header}"'
    call = "--method tools/call --tool-name whatsapp_send_text --tool-arg to=+12025550100 text=Hello"
    return f"{base} --method tools/list --strict\n{base} {call}"


def _pretty(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2)
