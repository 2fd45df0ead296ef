"""A Meta that fails, over a real socket: what is told, what is tried again, and nothing is sent twice."""

import time
from typing import Any

import pytest

from connectors.kit import calls
from connectors.whatsapp.connector import CONNECTOR
from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import Fault, Meta, graph_error
from connectors.whatsapp.tests.samples import PNG
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
)

SENDING = [tool.name for tool in CONNECTOR.tools if not tool.hints.read_only]
EXAMPLES: dict[str, dict[str, Any]] = {tool.name: dict(tool.example) for tool in CONNECTOR.tools}
EXAMPLES["whatsapp_delete_template"] = {"name": "order_ready"}
EXAMPLES["whatsapp_get_media"] = {"media_id": "2621233374848975"}
ASKING = [
    name
    for name in EXAMPLES
    if "conversation" not in name and name not in ("whatsapp_search_messages", "whatsapp_get_message_status")
]


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "FIRST_PAUSE_S", 0.001)


@pytest.fixture
def example(call: Calling, meta: Meta) -> Any:
    """Call a tool with its example."""
    meta.media["2621233374848975"] = ("image/png", PNG)
    return lambda name: call(name, **EXAMPLES[name])


def changes(meta: Meta) -> int:
    """How many requests Meta may have acted on."""
    return sum(seen.method != "GET" for seen in meta.seen)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_tool_does_its_example(name: str, example: Any, call: Calling, meta: Meta) -> None:
    if name == "whatsapp_get_message_status":
        call.inbox.messages = {EXAMPLES[name]["message_id"]: {"status": "sent"}}  # type: ignore[attr-defined]
    assert example(name)
    assert changes(meta) == (name in SENDING)


@pytest.mark.parametrize("name", SENDING)
def test_a_cut_connection_leaves_the_outcome_open(name: str, example: Any, meta: Meta) -> None:
    """F18: Meta took the request, then the line broke."""
    meta.faults += [Fault(method) for method in ("POST", "DELETE")]
    with pytest.raises(OutcomeUnknown):
        example(name)
    assert changes(meta) == 1


@pytest.mark.parametrize("name", SENDING)
def test_a_fault_of_metas_is_told_and_not_repeated(name: str, example: Any, meta: Meta) -> None:
    meta.faults += [Fault(m, status=500, body=graph_error(131000, "x")) for m in ("POST", "DELETE")]
    with pytest.raises(PlatformUnavailable):
        example(name)
    assert changes(meta) == 1


@pytest.mark.parametrize("name", SENDING)
def test_a_limit_is_told_with_its_seconds(name: str, example: Any, meta: Meta) -> None:
    body, headers = graph_error(130429, "x"), {"retry-after": "12"}
    meta.faults += [Fault(m, status=429, body=body, headers=headers) for m in ("POST", "DELETE")]
    with pytest.raises(RateLimited) as caught:
        example(name)
    assert caught.value.retry_after_s == 12.0
    assert changes(meta) == 1


@pytest.mark.parametrize("name", ASKING)
def test_a_dead_token_stops_every_tool_at_its_first_request(name: str, call: Calling, meta: Meta) -> None:
    meta.media["2621233374848975"] = ("image/png", PNG)
    call.token = "EAAG_token_that_ended"
    with pytest.raises(NeedsReauth) as caught:
        call(name, **EXAMPLES[name])
    assert len(meta.seen) == 1
    assert caught.value.details == {"platform_code": 190, "trace_id": "AbC-123"}


@pytest.mark.parametrize("name", ["whatsapp_list_templates", "whatsapp_get_media", "whatsapp_send_template"])
@pytest.mark.parametrize(
    "fault",
    [Fault("GET"), Fault("GET", status=500), Fault("GET", status=429, headers={"retry-after": "0"})],
    ids=["cut", "500", "429"],
)
def test_a_read_is_tried_again(name: str, fault: Fault, example: Any, meta: Meta) -> None:
    meta.faults.append(fault)
    assert example(name)
    assert meta.faults == []


def test_a_slow_answer_ends_with_the_deadline(
    call: Calling, meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS09, F15: the whole call has one deadline."""
    monkeypatch.setattr(calls.Deadline.__init__, "__defaults__", (0.5,))
    meta.faults.append(Fault("POST", "/messages", status=200, delay_s=20))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        call("whatsapp_send_text", to="+14155550123", text="Hi")
    assert time.monotonic() - began < 3
    assert len(meta.sent()) == 1


def test_a_send_without_a_message_id_in_the_answer_is_not_called_done(call: Calling, meta: Meta) -> None:
    meta.faults.append(Fault("POST", "/messages", status=200, body={"messages": []}))
    with pytest.raises(OutcomeUnknown):
        call("whatsapp_send_text", to="+14155550123", text="Hi")


def test_no_error_tells_the_token_or_metas_words(call: Calling, meta: Meta) -> None:
    """AD14."""
    meta.faults.append(Fault("POST", "/messages", status=400, body=graph_error(100, "secret words")))
    with pytest.raises(HermesError) as caught:
        call("whatsapp_send_text", to="+14155550123", text="Hi")
    told = f"{caught.value!r} {caught.value.details}"
    assert "words" not in told
    assert call.token not in told


def test_only_meta_gets_the_token_and_only_in_the_header(call: Calling, meta: Meta) -> None:
    for name in SENDING[:4]:
        call(name, **EXAMPLES[name])
    for seen in meta.seen:
        assert seen.headers["authorization"] == f"Bearer {call.token}"
        assert call.token not in f"{seen.path}{seen.query}{seen.body}"
        assert "cookie" not in seen.headers
