"""Messages nobody should send: refused in a moment, never a fault."""

import time
from typing import Any

import pytest

from mcp_gateway.mcp.tests.agents import (
    MODERN,
    Agent,
    call_of,
    initialization,
    modern_headers,
    modern_message,
    session_headers,
)
from tests.support.api import Api
from tests.support.probed import Probed

TOOLS_LIST = modern_message("tools/list")


def refusal(answer: Any) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "id_", [None, {"a": 1}, [1], True, 1.5, int("9" * 400), "x" * 257], ids=lambda v: str(v)[:12]
)
def test_mc10_an_id_that_is_none_is_refused_and_not_echoed(agent: Agent, id_: Any) -> None:
    for answer in (agent.modern("tools/list", id=id_), agent.handshake("tools/list", id=id_)):
        assert refusal(answer) == (400, -32600)
        assert answer.json()["id"] is None
        assert len(answer.content) < 1024


@pytest.mark.parametrize("id_", [0, -5, 2**62, "", "x" * 256, "é"])
def test_any_short_text_or_integer_is_an_id_and_comes_back(agent: Agent, id_: Any) -> None:
    assert agent.modern("tools/list", id=id_).json()["id"] == id_
    assert agent.handshake("ping", id=id_).json()["id"] == id_


@pytest.mark.parametrize("session_version", [None, "2025-06-18", "2025-11-25"])
def test_mc10_a_batch_is_refused_since_2025_06_18(agent: Agent, session_version: str | None) -> None:
    batch = [{"jsonrpc": "2.0", "id": 1, "method": "ping"}]
    if session_version is None:
        assert refusal(agent.post(batch, modern_headers(TOOLS_LIST))) == (400, -32600)
    else:
        assert refusal(agent.post(batch, session_headers(None, session_version))) == (400, -32600)


REPEATED = [
    b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"tools/list"}',
    b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{"a":1}}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b","arguments":{}}}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{},"arguments":{"b":1}}}',
    b'[{"jsonrpc":"2.0","id":1,"method":"ping","id":2}]',
]


@pytest.mark.parametrize("body", REPEATED)
def test_mc10_a_member_may_not_come_twice(agent: Agent, body: bytes) -> None:
    assert refusal(agent.post(body)) == (400, -32600)


def test_the_same_words_inside_arguments_are_no_repetition(agent: Agent) -> None:
    text = '{"id":1,"id":2,"method":"x","params":{},"params":{},"name":"a","name":"b"}'
    assert agent.call("probe_echo", text=text)["structuredContent"]["text"] == text


BROKEN = {
    "nothing": b"",
    "half": b'{"jsonrpc":"2.0"',
    "deep": b"[" * 100_000,
    "deep and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "many members": b"{" + b",".join(b'"k%d":1' % i for i in range(250_000)) + b"}",
    "long number": b'{"id":' + b"9" * 4_000_000 + b"}",
    "not a number": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}',
    "huge float": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e400}}',
    "byte order mark": b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}',
    "utf-16": '{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16"),
    "latin-1": '{"jsonrpc":"2.0","id":1,"method":"é"}'.encode("latin-1"),
    "lone surrogate": b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
    "raw control": b'{"jsonrpc":"2.0","id":1,"method":"a\x00b"}',
    "text": b'"hello"',
    "number": b"5",
    "null": b"null",
    "wrong version": b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
    "no version": b'{"id":1,"method":"ping"}',
    "method is no text": b'{"jsonrpc":"2.0","id":1,"method":5}',
    "params are a list": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}',
    "neither": b'{"jsonrpc":"2.0","id":1}',
    "both": b'{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_bd01_bd02_a_broken_body_is_refused_within_a_second(agent: Agent, body: bytes) -> None:
    agent.handshake("ping")
    began = time.perf_counter()
    answer = agent.post(body)
    assert time.perf_counter() - began < 1
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in (-32700, -32600)


HOSTILE: dict[str, dict[str, Any]] = {
    "extra": {"text": "x", "more": 1},
    "wrong type": {"text": ["x"]},
    "a megabyte": {"text": "x" * 1_000_000},
    "too big a number": {"text": 10**400},
    "nul": {"text": "a\x00b"},
    "missing": {},
    "deep": {"text": {"a": {"b": {"c": [[[[1]]]]}}}},
}


@pytest.mark.parametrize("arguments", HOSTILE.values(), ids=HOSTILE)
def test_mc15_bad_arguments_are_a_failed_call_that_costs_nothing(
    api: Api, agent: Agent, probed: Probed, arguments: dict[str, Any]
) -> None:
    found = agent.call("probe_echo", **arguments)
    assert found["isError"] is True
    assert api.get("/api/usage", probed.key).json()["used"] == 0


@pytest.mark.parametrize("arguments", [[], "x", 5, True])
def test_mc15_arguments_that_are_no_object_are_a_protocol_error(agent: Agent, arguments: Any) -> None:
    answer = agent.modern("tools/call", {"name": "probe_echo", "arguments": arguments})
    assert refusal(answer) == (400, -32602)


@pytest.mark.parametrize("text", ["🦊" * 100, "a\u202eb", "\u0085", "\ufeff", "日本", "\\u0000"])
def test_bd02_unusual_text_comes_back_whole(agent: Agent, text: str) -> None:
    assert agent.call("probe_echo", text=text)["structuredContent"]["text"] == text


@pytest.mark.parametrize("meta", [None, [], "x", 5, {"progressToken": {"a": 1}}, {"progressToken": [1]}])
def test_a_handshake_request_with_an_odd_meta_is_served(agent: Agent, meta: Any) -> None:
    answer = agent.handshake("tools/call", {**call_of("probe_echo", text="x"), "_meta": meta})
    assert answer.json()["result"]["isError"] is False


@pytest.mark.parametrize("params", [{}, {"protocolVersion": 5}, {"protocolVersion": None}])
def test_initialize_needs_a_version(agent: Agent, params: dict[str, Any]) -> None:
    answer = agent.post({**initialization(MODERN), "params": params})
    assert answer.json()["error"]["code"] == -32602
    assert "mcp-session-id" not in answer.headers
