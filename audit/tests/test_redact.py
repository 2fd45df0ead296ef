"""What the audit trail keeps of a call's arguments (AD03)."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from audit.redact import LIMIT_BYTES, redact

BODY = "Dear customer, your diagnosis is attached. Call +49 170 1234567."
KEPT_OUT = frozenset({"text", "body", "to"})

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=25,
)


def kept(arguments: dict[str, Any], kept_out: frozenset[str] = KEPT_OUT) -> Any:
    return json.loads(redact(arguments, kept_out))


def test_ad03_texts_and_numbers_the_tool_names_are_kept_out() -> None:
    shown = redact({"to": "+491701234567", "text": BODY, "preview_url": True}, KEPT_OUT)
    assert "diagnosis" not in shown
    assert "170" not in shown
    assert json.loads(shown)["preview_url"] is True
    assert json.loads(shown)["text"]["length"] == len(BODY)


def test_ad03_they_are_kept_out_at_any_depth_and_of_any_type() -> None:
    shown = redact(
        {"message": {"body": BODY, "parts": [{"text": [BODY, BODY]}]}, "body": {"html": BODY}}, KEPT_OUT
    )
    assert "diagnosis" not in shown


def test_the_same_text_has_the_same_digest_and_another_one_another() -> None:
    one, same, other = kept({"text": BODY}), kept({"text": BODY}), kept({"text": BODY + "."})
    assert one == same
    assert one["text"]["digest"] != other["text"]["digest"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_token", "anything"),
        ("password", "anything"),
        ("note", "hms_live_0123456789abcdefghij"),
        ("url", "https://example.com/?access_token=anything"),
        ("header", "Authorization: Bearer anything-long"),
        ("link", "https://api.telegram.org/bot123456:anything/getMe"),
    ],
)
def test_ad03_secrets_are_masked_although_no_schema_names_them(name: str, value: str) -> None:
    shown = redact({name: value, "deep": [{name: value}]}, KEPT_OUT)
    assert "anything" not in shown
    assert "0123456789" not in shown
    assert "***" in shown


def test_plain_arguments_are_kept_as_they_are() -> None:
    arguments = {
        "limit": 20,
        "unread": False,
        "since": None,
        "ids": ["a", "b"],
        "ratio": 0.5,
        "name": "Jörg 🎉",
    }
    assert kept(arguments) == arguments


def test_long_texts_and_lists_are_cut_and_say_so() -> None:
    shown = kept({"query": "q" * 5000, "ids": list(range(1000))})
    assert len(shown["query"]) < 500
    assert shown["ids"][-1] == "… 1000 in all"


@settings(max_examples=60)
@given(st.dictionaries(st.text(), json_values, max_size=10))
def test_ad03_it_is_always_json_of_at_most_2_kb(arguments: dict[str, Any]) -> None:
    shown = redact(arguments, KEPT_OUT)
    assert len(shown.encode()) <= LIMIT_BYTES
    assert isinstance(json.loads(shown), dict)


@pytest.mark.parametrize(
    "arguments",
    [
        {"x": "\ud800 lone surrogate"},
        {"\udfff": "name"},
        {"x": 10**5000},
        {"x": float("nan"), "y": float("inf")},
        {"x" * 5000: "y"},
        {f"name{i}": "v" * 300 for i in range(500)},
        {"x": [[[[[[[[[[["deep"]]]]]]]]]]]},
        {"text": "\ud800"},
        {"x": "\x00\x1b[31m\r\n"},
    ],
)
def test_ad03_hostile_arguments_become_json_of_at_most_2_kb(arguments: dict[str, Any]) -> None:
    shown = redact(arguments, KEPT_OUT)
    json.loads(shown)
    assert len(shown.encode()) <= LIMIT_BYTES


def test_a_huge_argument_costs_little_time() -> None:
    arguments = {"a": ["x" * 1000] * 200_000, "b": {str(i): i for i in range(200_000)}, "c": "x" * 5_000_000}
    started = time.process_time()
    redact(arguments, KEPT_OUT)
    assert time.process_time() - started < 0.5
