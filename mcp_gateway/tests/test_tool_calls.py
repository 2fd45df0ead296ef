"""Tool calls over REST."""

import json
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream


def entries(api: Api, key: str) -> list[dict[str, Any]]:
    return [e for e in api.get("/api/audit", key).json()["entries"] if e["action"] == "tool.call"]


def used(api: Api, key: str) -> int:
    return int(api.get("/api/usage", key).json()["used"])


def test_a_call_answers_data_and_meta_and_is_metered_and_audited(api: Api, probed: Probed) -> None:
    answer = api.post("/api/tools/probe_echo", probed.key, {"text": "hello"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["data"] == {"text": "hello"}
    assert body["meta"]["call_id"].startswith("call_")
    assert body["meta"]["account"] == probed.account
    assert body["meta"]["units"] == 1
    assert used(api, probed.key) == 1
    (entry,) = entries(api, probed.key)
    assert (entry["tool"], entry["outcome"], entry["id"]) == ("probe_echo", "ok", body["meta"]["call_id"])


def test_the_alias_path_is_the_same_call(api: Api, probed: Probed) -> None:
    answer = api.post("/api/probe/echo", probed.key, {"text": "hello"})
    assert answer.json()["data"] == {"text": "hello"}


def test_au01_a_call_without_a_key_is_refused(api: Api, probed: Probed) -> None:
    answer = api.post("/api/tools/probe_echo", None, {"text": "hello"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["api_key", "access_token", "key"])
def test_au10_a_key_in_the_url_is_no_credential(api: Api, probed: Probed, name: str) -> None:
    answer = api.post(f"/api/tools/probe_echo?{name}={probed.key}", None, {"text": "hello"})
    assert answer.status_code == 401


def test_the_x_api_key_header_is_a_credential(api: Api, probed: Probed) -> None:
    answer = api.post("/api/tools/probe_echo", None, {"text": "x"}, headers={"X-API-Key": probed.key})
    assert answer.status_code == 200


def test_au08_a_read_key_cannot_send(api: Api, probed: Probed, upstream: Upstream) -> None:
    made = api.post("/api/keys", probed.key, {"name": "reader", "scopes": ["tools:read"]}).json()
    answer = api.post("/api/tools/probe_send", made["secret"], {"to": "x", "text": "y"})
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert answer.json()["scope"] == "tools:write"
    assert upstream.asked == []
    assert used(api, probed.key) == 0
    assert entries(api, probed.key)[0]["outcome"] == "insufficient_scope"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({}, "to"),
        ({"to": "x"}, "text"),
        ({"to": 5, "text": "y"}, "to"),
        ({"to": "x", "text": "y", "extra": 1}, "extra"),
        ({"to": "x", "text": ""}, "text"),
        ({"to": "x", "text": "a" * 4097}, "text"),
        ({"to": "x", "text": ["y"]}, "text"),
        ({"to": "x", "text": "y", "account": 5}, "account"),
        ({"to": "x", "text": "y", "dry_run": "yes"}, "dry_run"),
        ({"to": "x", "text": "y", "idempotency_key": ""}, "idempotency_key"),
    ],
)
def test_mc15_a_wrong_argument_is_named_and_nothing_is_sent(
    api: Api, probed: Probed, upstream: Upstream, arguments: dict[str, Any], named: str
) -> None:
    answer = api.post("/api/tools/probe_send", probed.key, arguments)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_argument")
    assert answer.json()["argument"] == named
    assert upstream.asked == []
    assert used(api, probed.key) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"text": NaN}',
        b"\xff\xfe",
        b'{"text": "\xed\xa0\x80"}',
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_bd01_bd02_a_body_that_is_no_json_object_is_a_clean_400(
    api: Api, probed: Probed, body: bytes
) -> None:
    answer = api.request("POST", "/api/tools/probe_echo", probed.key, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")


def test_bd03_a_body_over_the_cap_is_refused(api: Api, probed: Probed) -> None:
    answer = api.request("POST", "/api/tools/probe_echo", probed.key, content=b" " * (1 << 20) + b"{}")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE tenants_customer; --",
        "{{ 7*7 }}${7*7}",
        "*)(uid=*))(|(uid=*",
        "$(reboot) `reboot` | reboot",
        "\u202egnp.exe\u0007\u001b[31m",
        "日本語 🏳️‍🌈 مرحبا",
    ],
)
def test_bd11_hostile_text_passes_through_as_text(api: Api, probed: Probed, text: str) -> None:
    answer = api.post("/api/tools/probe_echo", probed.key, {"text": text})
    assert answer.json()["data"] == {"text": text}


def test_mc16_an_unknown_tool_is_not_found(api: Api, probed: Probed) -> None:
    answer = api.post("/api/tools/probe_nothing", probed.key, {})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_tool")


def test_mc16_a_tool_of_a_platform_that_is_not_connected_names_the_next_step(api: Api, globex: Any) -> None:
    answer = api.post("/api/tools/probe_echo", globex.live_key, {"text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_connected")
    assert "/api/connect/probe" in answer.json()["detail"]


def test_te02_a_strangers_account_answers_like_an_unknown_one(
    api: Api, connect: Any, upstream: Upstream
) -> None:
    acme, globex = connect("acme"), connect("globex")
    theirs, unknown = (
        api.post("/api/tools/probe_send", acme.key, {"to": "x", "text": "y", "account": account})
        for account in (globex.connection, "con_00000000000000000000000000")
    )
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json()["code"] == unknown.json()["code"] == "not_found"
    assert upstream.asked == []


def test_the_customers_own_credential_goes_to_the_platform_and_no_key_of_ours(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    """MC21."""
    api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"})
    (asked,) = upstream.asked
    assert asked.headers["Authorization"] == f"Bearer token-of-{probed.customer.public_id}"
    assert probed.key not in repr(asked)
    assert "Cookie" not in asked.headers


def test_a_dry_run_tells_what_would_be_sent_and_costs_nothing(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    answer = api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y", "dry_run": True})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["dry_run"] is True
    assert answer.json()["data"]["request"]["body"] == {"to": "x", "text": "y"}
    assert answer.json()["meta"]["units"] == 0
    assert upstream.asked == []
    assert used(api, probed.key) == 0


def test_ad14_a_crash_shows_no_inside(api: Api, probed: Probed) -> None:
    answer = api.post("/api/tools/probe_crash", probed.key, {})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "SELECT" not in answer.text
    assert "Traceback" not in answer.text
    assert "db.internal" not in answer.text
    assert answer.json()["call_id"] == entries(api, probed.key)[0]["id"]
    assert used(api, probed.key) == 0


def test_ad03_redacted_arguments_are_not_in_the_audit_trail(api: Api, probed: Probed) -> None:
    api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "the secret plan"})
    (entry,) = entries(api, probed.key)
    assert "secret plan" not in json.dumps(entry)


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ((401, {}, {}), 409, "needs_reauth"),
        ((403, {}, {}), 403, "not_allowed_by_platform"),
        ((404, {}, {}), 404, "not_found"),
        ((422, {}, {"error": "SQL at db.internal"}), 422, "platform_rejected"),
        ((500, {}, {}), 502, "platform_unavailable"),
        ((429, {"Retry-After": "30"}, {}), 429, "rate_limited"),
    ],
)
def test_a_platforms_refusal_of_a_send_has_its_code_and_is_not_repeated_or_charged(
    api: Api, probed: Probed, upstream: Upstream, script: Any, status: int, code: str
) -> None:
    upstream.script.append(script)
    answer = api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "db.internal" not in answer.text
    assert len(upstream.asked) == 1
    assert used(api, probed.key) == 0
    if code == "rate_limited":
        assert answer.headers["retry-after"] == "30"


def test_f18_a_send_whose_answer_is_lost_is_unknown_and_never_repeated(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    upstream.script.append("cut")
    body = {"to": "x", "text": "y", "idempotency_key": "order-1"}
    first = api.post("/api/tools/probe_send", probed.key, body)
    assert (first.status_code, first.json()["code"]) == (504, "outcome_unknown")
    again = api.post("/api/tools/probe_send", probed.key, body)
    assert (again.status_code, again.json()["code"]) == (504, "outcome_unknown")
    assert len(upstream.asked) == 1
    assert used(api, probed.key) == 1


def test_a_refused_credential_stops_further_calls_until_it_is_verified_again(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    upstream.script.append((401, {}, {}))
    api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"})
    again = api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"})
    assert again.json()["code"] == "needs_reauth"
    assert len(upstream.asked) == 1
    upstream.script.append((200, {}, {"id": probed.customer.public_id, "name": "Probe"}))
    verified = api.post(f"/api/connections/{probed.connection}/verify", probed.key)
    assert verified.status_code == 200, verified.text
    assert api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"}).status_code == 200
