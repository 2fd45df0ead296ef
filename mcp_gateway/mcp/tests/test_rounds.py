"""Questions to the client: rounds since 2026-07-28, requests on the stream before it."""

import base64
import time
from typing import Any

import pytest

from mcp_gateway.mcp.tests.agents import Agent, call_of, outcomes
from tests.support.api import Api
from tests.support.probed import Probed

FORM: dict[str, Any] = {"elicitation": {}}
ANN = {"action": "accept", "content": {"name": "Ann"}}
BLUE = {"action": "accept", "content": {"color": "blue"}}
ONE = call_of("test_input_required_result_elicitation")
TWO = call_of("test_input_required_result_multi_round")


def ask(agent: Agent, params: dict[str, Any], **more: Any) -> Any:
    return agent.modern("tools/call", {**params, **more}, capabilities=FORM).json()


def text_of(answer: Any) -> str:
    return str(answer["result"]["content"][0]["text"])


def test_a_question_ends_the_call_and_the_answer_completes_it(agent: Agent) -> None:
    first = ask(agent, ONE)["result"]
    assert first["resultType"] == "input_required"
    assert first["inputRequests"]["user_name"]["method"] == "elicitation/create"
    last = ask(agent, ONE, inputResponses={"user_name": ANN}, requestState=first["requestState"])
    assert text_of(last) == "Hello, Ann!"


def test_only_the_completed_round_is_charged(api: Api, agent: Agent, probed: Probed) -> None:
    state = ask(agent, ONE)["result"]["requestState"]
    assert outcomes(api, probed.key) == ["input_required"]
    assert api.get("/api/usage", probed.key).json()["used"] == 0
    ask(agent, ONE, inputResponses={"user_name": ANN}, requestState=state)
    assert outcomes(api, probed.key) == ["ok", "input_required"]
    assert api.get("/api/usage", probed.key).json()["used"] == 1


def test_answers_of_earlier_rounds_come_back_with_the_state(agent: Agent) -> None:
    first = ask(agent, TWO)["result"]
    second = ask(agent, TWO, inputResponses={"step1": ANN}, requestState=first["requestState"])["result"]
    assert list(second["inputRequests"]) == ["step2"]
    assert "Ann" not in second["requestState"]
    last = ask(agent, TWO, inputResponses={"step2": BLUE}, requestState=second["requestState"])
    assert text_of(last) == "Ann likes blue."


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"action": "maybe"},
        {"action": "accept", "content": "Ann"},
        5,
        None,
        {"content": {"name": "Ann"}},
    ],
)
def test_an_answer_without_the_shape_of_one_is_asked_for_again(agent: Agent, answer: Any) -> None:
    state = ask(agent, ONE)["result"]["requestState"]
    again = ask(agent, ONE, inputResponses={"user_name": answer}, requestState=state)["result"]
    assert again["resultType"] == "input_required"


def test_declining_is_an_answer(agent: Agent) -> None:
    assert text_of(ask(agent, ONE, inputResponses={"user_name": {"action": "decline"}})) == "Hello, None!"


def is_refused(answer: Any) -> bool:
    return bool(answer["error"]["code"] == -32602 and answer["error"]["data"] == {"reason": "state"})


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s + "x",
        lambda s: s[:-6] + "AAAAAA",
        lambda s: s.replace("h1.", "h2.", 1),
        lambda s: s.replace("rounds", "other", 1),
        lambda s: "",
        lambda s: 5,
        lambda s: {"a": 1},
        lambda s: "h1.rounds." + base64.urlsafe_b64encode(b"x" * 60).decode().rstrip("="),
        lambda s: "x" * 2_000_000,
    ],
)
def test_a_state_that_was_changed_is_refused(api: Api, agent: Agent, probed: Probed, change: Any) -> None:
    state = ask(agent, ONE)["result"]["requestState"]
    assert is_refused(ask(agent, ONE, inputResponses={"user_name": ANN}, requestState=change(state)))
    assert outcomes(api, probed.key) == ["input_required"]


def test_answers_too_long_to_carry_on_are_refused(agent: Agent) -> None:
    long = {"action": "accept", "content": {"name": "x" * 900_000}}
    answer = ask(agent, TWO, inputResponses={"step1": long})
    assert (answer["error"]["code"], "requestState" in str(answer)) == (-32602, False)


def test_a_state_is_for_one_request_of_one_caller(api: Api, agent: Agent, stranger: Agent) -> None:
    state = ask(agent, ONE)["result"]["requestState"]
    answered = {"inputResponses": {"user_name": ANN}, "requestState": state}
    assert is_refused(ask(stranger, ONE, **answered))
    assert is_refused(ask(agent, TWO, **answered))
    assert is_refused(ask(agent, {**ONE, "arguments": {"a": 1}}, **answered))
    made = api.post("/api/keys", agent.key, {"name": "other", "scopes": ["tools:read"]}).json()
    assert is_refused(ask(Agent(api, made["secret"]), ONE, **answered))
    prompt = {"name": ONE["name"], "arguments": {}, **answered}
    assert is_refused(agent.modern("prompts/get", prompt, capabilities=FORM).json())


def test_a_state_lives_a_quarter_of_an_hour(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    state = ask(agent, ONE)["result"]["requestState"]
    now = time.time()
    monkeypatch.setattr("mcp_gateway.mcp.rounds.time.time", lambda: now + 901)
    assert is_refused(ask(agent, ONE, inputResponses={"user_name": ANN}, requestState=state))


@pytest.mark.parametrize("given", [5, "x", [], True])
def test_input_responses_must_be_an_object(agent: Agent, given: Any) -> None:
    assert ask(agent, ONE, inputResponses=given)["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("declared", "tool", "missing"),
    [
        ({}, "test_missing_capability", {"sampling": {}}),
        ({}, "test_input_required_result_list_roots", {"roots": {}}),
        ({}, "test_input_required_result_elicitation", {"elicitation": {"form": {}}}),
        (
            {"elicitation": {"url": {}}},
            "test_input_required_result_elicitation",
            {"elicitation": {"form": {}}},
        ),
        ({"elicitation": {}}, "test_input_required_result_multiple_inputs", {"sampling": {}, "roots": {}}),
    ],
)
def test_a_client_is_asked_only_what_it_declared(
    agent: Agent, declared: dict[str, Any], tool: str, missing: dict[str, Any]
) -> None:
    answer = agent.modern("tools/call", call_of(tool), capabilities=declared)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32021)
    assert answer.json()["error"]["data"]["requiredCapabilities"] == missing


def test_before_2026_a_client_that_cannot_be_asked_gets_a_failed_call(agent: Agent) -> None:
    for session in (None, agent.initialize()):
        answer = agent.handshake("tools/call", call_of("test_sampling", prompt="hi"), session=session)
        found = answer.json()["result"]
        assert found["isError"] is True
        assert found["_meta"]["hermes/error"]["code"] == "invalid_argument"


def test_a_page_to_open_is_an_error_of_its_own_in_2025_11_25(agent: Agent) -> None:
    page = call_of("test_page_elicitation")
    session = agent.initialize("2025-11-25", elicitation={"url": {}})
    error = agent.handshake("tools/call", page, session=session).json()["error"]
    assert error["code"] == -32042
    (asked,) = error["data"]["elicitations"]
    assert (asked["mode"], asked["url"]) == ("url", "https://example.com/connect")
    modern = agent.modern("tools/call", page, capabilities={"elicitation": {"url": {}}}).json()["result"]
    assert modern["inputRequests"]["page"]["params"] == asked
    assert agent.modern("tools/call", page, capabilities=FORM).json()["error"]["code"] == -32021
