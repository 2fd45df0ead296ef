"""Meta's codes in our words."""

from typing import Any

import pytest

from connectors.kit.testing import answer
from connectors.whatsapp.errors import MEANINGS, decoded, explain
from connectors.whatsapp.tests.meta import graph_error
from hermes.core.errors import HermesError


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, "needs_reauth") for code in (0, 190)),
        *((code, "not_allowed_by_platform") for code in (3, 10, 200, 230, 299, 131005)),
        *((code, "rate_limited") for code in (4, 80007, 130429, 131056, 133016)),
        (131047, "window_closed"),
        *(
            (code, "recipient_unreachable")
            for code in (131026, 131021, 131030, 130472, 131049, 131050, 131062, 137000)
        ),
        *((code, "platform_rejected") for code in (100, 131008, 131009, 131051, 131052, 131053, 132000)),
        *((code, "platform_rejected") for code in (132007, 132008, 132012, 132018)),
        (132001, "not_found"),
        (132005, "too_large"),
        *((code, "not_allowed_by_platform") for code in (132015, 132016, 131048, 368, 131031, 130497)),
        *((code, "not_allowed_by_platform") for code in (131037, 131045, 131042, 131044)),
        *((code, "platform_unavailable") for code in (1, 2, 131000, 131016, 131057, 135000)),
        (2635, "version_retired"),
    ],
)
def test_a_code_has_one_meaning(code: int, expected: str) -> None:
    error = explain(answer(400, graph_error(code, "Meta's words")))
    assert error.code == expected
    assert error.details == {"platform_code": code, "trace_id": "AbC-123"}
    assert "words" not in error.message


def test_every_sentence_tells_a_next_step() -> None:
    for kind, sentence in MEANINGS.values():
        assert issubclass(kind, HermesError)
        assert sentence.endswith(".")
        assert ";" in sentence or ":" in sentence, sentence


def test_an_object_nobody_may_see_is_not_found() -> None:
    error = explain(answer(400, graph_error(100, "x", 33)))
    assert error.code == "not_found"
    assert error.details["platform_subcode"] == 33


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (131056, {}, 6.0),
        (4, {}, 60.0),
        (4, {"retry-after": "9"}, 9.0),
        (
            80007,
            {"x-business-use-case-usage": '{"1":[{"type":"whatsapp","estimated_time_to_regain_access":3}]}'},
            180.0,
        ),
        (80007, {"x-business-use-case-usage": "not json"}, 60.0),
        (80007, {"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":"x"}]}'}, 60.0),
    ],
)
def test_a_limit_says_how_long_to_wait(code: int, headers: dict[str, str], seconds: float) -> None:
    assert explain(answer(400, graph_error(code, "x"), headers)).retry_after_s == seconds


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, b"<html>oops</html>", "platform_unavailable"),
        (401, b"", "needs_reauth"),
        (403, {"error": "text"}, "not_allowed_by_platform"),
        (404, {"error": {"code": "190"}}, "not_found"),
        (429, [], "rate_limited"),
        (400, {"error": {"code": True}}, "platform_rejected"),
        (503, graph_error(987654, "x"), "platform_unavailable"),
        (400, graph_error(987654, "x"), "platform_rejected"),
    ],
)
def test_without_a_known_code_the_status_decides(status: int, body: Any, expected: str) -> None:
    assert explain(answer(status, body)).code == expected


def test_a_trace_id_of_an_odd_form_is_left_out() -> None:
    body = {"error": {"code": 100, "fbtrace_id": "<script>"}}
    assert explain(answer(400, body)).details == {"platform_code": 100}


def test_a_delivery_error_is_decoded() -> None:
    told = decoded({"code": 131026, "title": "Message undeliverable"})
    assert told["error"] == "recipient_unreachable"
    assert "cannot deliver" in told["advice"]
    assert decoded({"code": 987654})["error"] == "platform_rejected"
    assert decoded({})["advice"]
