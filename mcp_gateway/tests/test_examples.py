"""A call written as code is that call, whatever its arguments hold."""

import ast
import json
import shlex
from typing import Any

import pytest

from mcp_gateway.setup.examples import examples

ARGUMENTS: dict[str, Any] = {
    "text": 'it\'s "quoted" $(rm -rf /) `id` \\ \n second line, 🎲 and \u2028',
    "to": ["a", "b'c"],
    "deep": {"on": True, "off": None, "number": 1.5},
}


@pytest.mark.parametrize("key", [None, "key-'1"])
def test_each_language_says_the_same(key: str | None) -> None:
    mcp, curl, python = examples("https://hermes.example", "whatsapp_send_text", ARGUMENTS, key=key)
    params = json.loads(mcp.text)["params"]
    assert params["name"] == "whatsapp_send_text"
    assert params["arguments"] == ARGUMENTS | ({"idempotency_key": key} if key else {})
    words = shlex.split(curl.text.replace("\\\n", ""))
    assert words[:2] == ["curl", "https://hermes.example/api/tools/whatsapp_send_text"]
    assert json.loads(words[-1]) == ARGUMENTS
    assert ("Idempotency-Key: key-'1" in words) == (key is not None)
    call = next(node for node in ast.walk(ast.parse(python.text)) if isinstance(node, ast.Call))
    body = next(word.value for word in call.keywords if word.arg == "json")
    assert ast.literal_eval(body) == ARGUMENTS
