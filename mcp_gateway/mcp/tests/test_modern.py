"""The era without sessions: what a request must say, what an answer says."""

import base64
from typing import Any

import msgspec
import pytest

import hermes
from mcp_gateway.mcp.tests.agents import (
    CAPABILITIES_KEY,
    MODERN,
    VERSION_KEY,
    Agent,
    call_of,
    modern_headers,
    modern_message,
)
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

SERVER_KEY = "io.modelcontextprotocol/serverInfo"
ECHO = call_of("probe_echo", text="hello")


def refusal(answer: Any) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


def used(api: Api, probed: Probed) -> int:
    return int(api.get("/api/usage", probed.key).json()["used"])


def test_discover_tells_versions_capabilities_and_how_to_use_the_accounts(
    agent: Agent, probed: Probed
) -> None:
    found = agent.result("server/discover")
    assert found["supportedVersions"][0] == MODERN
    assert "2025-11-25" in found["supportedVersions"]
    assert found["capabilities"]["tools"] == {"listChanged": True}
    assert f"- Probe: {probed.account}" in found["instructions"]
    assert found["_meta"][SERVER_KEY] == {"name": "hermes", "title": "Hermes", "version": hermes.__version__}


def test_instructions_hold_what_the_customer_added(api: Api, probed: Probed) -> None:
    probed.customer.instructions = "Answer in Dutch."
    probed.customer.save()
    assert "Answer in Dutch." in Agent(api, probed.key).result("server/discover")["instructions"]


def test_a_call_answers_data_with_meta_twice_and_says_it_is_complete(agent: Agent) -> None:
    found = agent.result("tools/call", ECHO)
    assert found["resultType"] == "complete"
    assert found["isError"] is False
    assert found["structuredContent"]["text"] == "hello"
    assert found["structuredContent"]["meta"]["call_id"].startswith("call_")
    assert msgspec.json.decode(found["content"][0]["text"]) == found["structuredContent"]


def test_a_call_names_its_client_in_the_audit_trail(api: Api, agent: Agent) -> None:
    agent.result("tools/call", ECHO)
    entry = api.get("/api/audit", agent.key).json()["entries"][0]
    assert (entry["surface"], entry["client"]) == ("mcp", "test-agent 1")


@pytest.mark.parametrize(
    "method", ["server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list"]
)
def test_lists_may_be_kept_by_this_caller_alone(agent: Agent, method: str) -> None:
    found = agent.result(method)
    assert (found["cacheScope"], found["ttlMs"] >= 0) == ("private", True)


def test_mc17_two_customers_with_the_same_platforms_get_the_same_bytes(agent: Agent, stranger: Agent) -> None:
    one, other = (who.modern("tools/list").content for who in (agent, stranger))
    assert one == other


def test_tools_are_listed_in_name_order_with_whole_annotations_and_outlined_schemas(agent: Agent) -> None:
    tools = agent.result("tools/list")["tools"]
    names = [t["name"] for t in tools]
    assert names == sorted(names)
    echo = next(t for t in tools if t["name"] == "probe_echo")
    assert set(echo["annotations"]) == {
        "readOnlyHint",
        "destructiveHint",
        "idempotentHint",
        "openWorldHint",
    }
    text = echo["inputSchema"]["properties"]["text"]
    assert (text["type"], echo["inputSchema"]["additionalProperties"]) == ("string", False)
    assert echo["outputSchema"]["type"] == "object"


@pytest.mark.parametrize(
    "changed",
    [
        {"MCP-Protocol-Version": None},
        {"MCP-Protocol-Version": "2025-11-25"},
        {"MCP-Protocol-Version": "2030-01-01"},
        {"Mcp-Method": None},
        {"Mcp-Method": "tools/list"},
        {"Mcp-Name": None},
        {"Mcp-Name": "probe_send"},
        {"Mcp-Name": "=?base64?!!!?="},
    ],
)
def test_mc07_headers_that_do_not_say_what_the_body_says_stop_the_call(
    api: Api, agent: Agent, probed: Probed, changed: dict[str, Any]
) -> None:
    before = used(api, probed)
    answer = agent.modern("tools/call", ECHO, headers=changed)
    assert refusal(answer) == (400, -32020)
    assert answer.json()["id"] == 1
    assert used(api, probed) == before


def test_a_name_may_come_as_base64(agent: Agent) -> None:
    coded = base64.b64encode(b"probe_echo").decode()
    answer = agent.modern("tools/call", ECHO, headers={"Mcp-Name": f"=?base64?{coded}?="})
    assert answer.json()["result"]["isError"] is False


@pytest.mark.parametrize(
    ("arguments", "header", "passes"),
    [
        ({"region": "eu-1"}, "eu-1", True),
        ({"region": "Köln"}, "=?base64?S8O2bG4=?=", True),
        ({}, None, True),
        ({"region": "eu-1"}, None, False),
        ({"region": "eu-1"}, "us-1", False),
        ({}, "eu-1", False),
        ({"region": "042"}, "42", False),
    ],
)
def test_a_mirrored_argument_must_agree_with_its_header(
    agent: Agent, arguments: dict[str, Any], header: str | None, passes: bool
) -> None:
    answer = agent.modern(
        "tools/call", call_of("test_x_mcp_header", **arguments), headers={"Mcp-Param-Region": header}
    )
    assert answer.status_code == (200 if passes else 400)
    if not passes:
        assert refusal(answer) == (400, -32020)


@pytest.mark.parametrize("key", [VERSION_KEY, CAPABILITIES_KEY])
def test_the_envelope_must_be_whole(agent: Agent, key: str) -> None:
    assert refusal(agent.modern("tools/list", extra={key: None})) == (400, -32602)


def test_mc09_an_unknown_version_is_told_the_ones_that_are_served(agent: Agent) -> None:
    answer = agent.modern("tools/list", version="2031-01-01", headers={"MCP-Protocol-Version": "2031-01-01"})
    assert refusal(answer) == (400, -32022)
    data = answer.json()["error"]["data"]
    assert (data["requested"], data["supported"][0]) == ("2031-01-01", MODERN)


@pytest.mark.parametrize(
    "method", ["initialize", "ping", "logging/setLevel", "resources/subscribe", "no/such"]
)
def test_methods_of_other_eras_are_unknown(agent: Agent, method: str) -> None:
    assert refusal(agent.modern(method)) == (404, -32601)


def test_mc16_an_unknown_tool_is_a_protocol_error(agent: Agent) -> None:
    assert refusal(agent.modern("tools/call", call_of("no_such_tool"))) == (400, -32602)


def test_a_notification_is_accepted_and_a_response_is_not(agent: Agent) -> None:
    headers = {"MCP-Protocol-Version": MODERN}
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    answer = agent.post(note, headers)
    assert (answer.status_code, answer.content) == (202, b"")
    assert agent.post({"jsonrpc": "2.0", "id": 1, "result": {}}, headers).status_code == 400


def test_what_the_model_can_mend_is_a_result_with_is_error(agent: Agent) -> None:
    found = agent.call("probe_echo", text=5)
    assert found["isError"] is True
    assert "structuredContent" not in found
    told = msgspec.json.decode(found["content"][0]["text"])
    assert told["code"] == "invalid_argument"
    assert told["details"]["argument"] == "text"
    assert found["_meta"]["hermes/error"] == told


def test_a_fault_of_ours_shows_no_inside(agent: Agent) -> None:
    found = agent.call("probe_crash")
    assert found["isError"] is True
    assert "SELECT" not in msgspec.json.encode(found).decode()
    assert msgspec.json.decode(found["content"][0]["text"])["call_id"].startswith("call_")


def test_a_platforms_refusal_carries_when_to_come_again(agent: Agent, upstream: Upstream) -> None:
    upstream.script.extend([(429, {"Retry-After": "7200"}, {})])
    told = msgspec.json.decode(agent.call("probe_fetch", item="a")["content"][0]["text"])
    assert (told["code"], told["retry_after"]) == ("rate_limited", 7200)


@pytest.mark.parametrize("params", [{"cursor": "x"}, {"cursor": ""}])
def test_a_cursor_that_was_never_given_out_is_refused(agent: Agent, params: dict[str, Any]) -> None:
    assert refusal(agent.modern("tools/list", params)) == (400, -32602)


def test_a_prompt_needs_its_arguments(agent: Agent) -> None:
    assert refusal(agent.modern("prompts/get", {"name": "test_prompt_with_arguments"})) == (400, -32602)
    given = {"name": "test_prompt_with_arguments", "arguments": {"arg1": "a", "arg2": "b"}}
    message = agent.result("prompts/get", given)["messages"][0]
    assert "arg1='a', arg2='b'" in message["content"]["text"]


def test_a_resource_family_reads_by_its_variable_and_an_unknown_one_is_refused(agent: Agent) -> None:
    read = agent.result("resources/read", {"uri": "test://template/caf%C3%A9/data"})
    assert "café" in read["contents"][0]["text"]
    assert refusal(agent.modern("resources/read", {"uri": "test://template/a/b/data"})) == (400, -32602)


def test_completion_suggests_for_prompts_and_families(agent: Agent) -> None:
    prompt = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}
    family = {"type": "ref/resource", "uri": "test://template/{id}/data"}
    for ref, typed, expected in ((prompt, "arg1-t", ["arg1-two"]), (family, "12", ["12", "123"])):
        given = {"ref": ref, "argument": {"name": "arg1", "value": typed}}
        assert agent.result("completion/complete", given)["completion"]["values"] == expected


def test_what_is_not_offered_is_neither_declared_nor_served(agent: Agent, settings: Any) -> None:
    from mcp_gateway import catalogue
    from mcp_gateway.mcp import about, offered

    caches = (offered.every_prompt, offered.every_resource, about.features, catalogue.every_tool)
    settings.MCP_CONFORMANCE = False
    for cached in caches:
        cached.cache_clear()
    try:
        assert "logging" not in agent.result("server/discover")["capabilities"]
        assert refusal(agent.modern("prompts/get", {"name": "test_simple_prompt"})) == (400, -32602)
        assert refusal(agent.modern("tools/call", call_of("test_simple_text"))) == (400, -32602)
    finally:
        settings.MCP_CONFORMANCE = True
        for cached in caches:
            cached.cache_clear()


def test_the_mirroring_headers_of_a_request_are_the_ones_its_message_asks_for() -> None:
    message = modern_message("tools/call", ECHO)
    assert modern_headers(message)["Mcp-Name"] == "probe_echo"
