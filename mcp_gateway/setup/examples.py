"""One tool call written for MCP, curl and Python: what a program would send in place of a person."""

import dataclasses
import json
import shlex
from collections.abc import Mapping
from pprint import pformat
from typing import Any

from mcp_gateway.setup.clients import PLACEHOLDER

ENVIRONMENT_VARIABLE = "HERMES_KEY"
WIDTH = 96


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A call in one language. A key is never in it, only the place for one."""

    id: str
    name: str
    text: str


def examples(
    public_url: str, tool: str, arguments: Mapping[str, Any], *, key: str | None = None
) -> tuple[Example, ...]:
    """The call of `tool` in each language; `key` is its idempotency key."""
    return (
        Example("mcp", "MCP", _mcp(tool, arguments, key)),
        Example("curl", "curl", _curl(f"{public_url}/api/tools/{tool}", arguments, key)),
        Example("python", "Python", _python(f"{public_url}/api/tools/{tool}", arguments, key)),
    )


def _mcp(tool: str, arguments: Mapping[str, Any], key: str | None) -> str:
    keyed = {**arguments, "idempotency_key": key} if key else arguments
    call = {"name": tool, "arguments": keyed}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return json.dumps(message, indent=2, ensure_ascii=False)


def _curl(address: str, arguments: Mapping[str, Any], key: str | None) -> str:
    headers = [f"Authorization: Bearer {PLACEHOLDER}", "Content-Type: application/json"]
    headers += [f"Idempotency-Key: {key}"] if key else []
    body = json.dumps(arguments, ensure_ascii=False)
    words = [*(f"-H {shlex.quote(header)}" for header in headers), f"-d {shlex.quote(body)}"]
    return " \\\n  ".join([f"curl {shlex.quote(address)}", *words])


def _python(address: str, arguments: Mapping[str, Any], key: str | None) -> str:
    headers = [f'"Authorization": f"Bearer {{os.environ[\'{ENVIRONMENT_VARIABLE}\']}}"']
    headers += [f'"Idempotency-Key": {key!r}'] if key else []
    body = pformat(dict(arguments), sort_dicts=False, width=WIDTH).replace("\n", "\n    ")
    lines = [
        "import os",
        "",
        "import requests",
        "",
        "answer = requests.post(",
        f"    {address!r},",
        f"    headers={{{', '.join(headers)}}},",
        f"    json={body},",
        "    timeout=60,",
        ")",
        "print(answer.status_code, answer.json())",
    ]
    return "\n".join(lines)
