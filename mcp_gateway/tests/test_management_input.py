"""Bad input and faults at the management paths: one clean problem each, never a 5xx of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from django import db

from billing import subscriptions
from tests.support.api import Api
from tests.support.probed import Probed

WRITES = ["/api/keys", "/api/connect/probe", "/api/connect-links"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"name": NaN}',
        b'{"name": ' + b"1" * 10_000_000,
        b"\xff\xfe",
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\\ud800"}',
        b"[" * 100_000,
        b'{"credentials":' * 100_000,
        b'{"credentials": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b"\xef\xbb\xbf{}",
        '{"name": "x"}'.encode("utf-16"),
        b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}",
    ],
    ids=str,
)
@pytest.mark.parametrize("path", WRITES)
def test_bd01_bd02_a_body_that_cannot_be_read_is_refused(api: Api, acme: Any, path: str, body: bytes) -> None:
    answer = api.request("POST", path, acme.live_key, content=body)
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert len(answer.content) < 2000


@pytest.mark.parametrize("path", [*WRITES, "/api/keys/key_x/rotate"])
def test_bd03_a_body_over_the_cap_is_refused_with_and_without_its_length(
    api: Api, acme: Any, path: str
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    for content in (b" " * 1_300_000, chunks()):
        answer = api.request("POST", path, acme.live_key, content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_without_a_length_is_read(api: Api, acme: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name": '
        yield b'"chunked"}'

    answer = api.request("POST", "/api/keys", acme.live_key, content=chunks())
    assert answer.status_code == 201, answer.text
    assert answer.json()["key"]["name"] == "chunked"


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ({}, "name"),
        ({"name": 5}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "n", "mode": "prod"}, "mode"),
        ({"name": "n", "scopes": "tools:read"}, "scopes"),
        ({"name": "n", "scopes": ["root"]}, "scopes"),
        ({"name": "n", "tools": ["a b"]}, "tools"),
        ({"name": "n", "profile": "all"}, "profile"),
        ({"name": "n", "addresses": ["nowhere"]}, "addresses"),
        ({"name": "n", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "n", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"name": "n", "customer": 1}, "customer"),
    ],
)
def test_a_wrong_argument_of_a_new_key_is_named(
    api: Api, acme: Any, body: dict[str, Any], argument: str
) -> None:
    answer = api.post("/api/keys", acme.live_key, body)
    assert (answer.status_code, answer.json()["argument"]) == (422, argument), answer.text


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=",
        "cursor=" + "x" * 1001,
        "limit=5&limit=x",
    ],
)
def test_a_page_size_out_of_range_is_refused_and_an_empty_one_left_out(
    api: Api, acme: Any, query: str
) -> None:
    for path in ("/api/connections", "/api/keys", "/api/audit", "/api/inbox/threads"):
        answer = api.get(f"{path}?{query}", acme.live_key)
        assert answer.status_code == (200 if query == "limit=" else 422), answer.text


@pytest.mark.parametrize("query", ["since=yesterday", "unread=maybe", "since=2026-01-01T00:00:00"])
def test_a_filter_that_cannot_be_read_is_named(api: Api, acme: Any, query: str) -> None:
    answer = api.get(f"/api/inbox/threads?{query}", acme.live_key)
    assert (answer.status_code, answer.json()["argument"]) == (422, query.partition("=")[0])


@pytest.mark.parametrize(
    "path", ["/api/keys/%00", "/api/connections/%ff%fe", "/api/connections/" + "x" * 5000]
)
def test_an_id_that_is_none_is_not_found(api: Api, acme: Any, path: str) -> None:
    assert api.request("DELETE", path, acme.live_key).status_code == 404


def test_more_parameters_than_a_query_has_are_refused(api: Api, acme: Any) -> None:
    answer = api.get("/api/keys?" + "&".join(f"a{n}=1" for n in range(1100)), acme.live_key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("POST", "/api/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/connect/probe", 405, "invalid_argument"),
        ("PUT", "/api/keys", 405, "invalid_argument"),
        ("OPTIONS", "/api/keys", 405, "invalid_argument"),
        ("POST", "/api/connect/nowhere", 404, "not_found"),
    ],
)
def test_ad14_paths_and_methods_that_are_not_there_are_problems(
    api: Api, acme: Any, method: str, path: str, status: int, code: str
) -> None:
    answer = api.request(method, path, acme.live_key, json={"credentials": {}})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert "OPTIONS" not in answer.headers["allow"]
        assert method not in answer.headers["allow"].split(", ")


def test_ad14_an_answer_in_another_form_is_refused(api: Api, acme: Any) -> None:
    answer = api.get("/api/usage", acme.live_key, headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.json()["code"]) == (406, "invalid_argument")


def test_ad14_a_person_gets_a_page_and_a_program_a_problem(api: Api) -> None:
    page = api.get("/nothing", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert api.get("/api/nothing", headers={"Accept": "text/html"}).json()["code"] == "not_found"


def test_ad14_a_fault_tells_nothing_of_itself(api: Api, acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("SELECT secret FROM tenants at db.inner:3306")

    monkeypatch.setattr(subscriptions, "usage", fail)
    answer = api.get("/api/usage", acme.live_key)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "SELECT" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "3306" not in answer.text


def test_a_database_that_is_away_is_a_503_to_come_back_to(
    api: Api, acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise db.OperationalError(2003, "Can't connect to MySQL server on 'db.inner'")

    monkeypatch.setattr(subscriptions, "usage", fail)
    answer = api.get("/api/usage", acme.live_key)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "internal",
        "5",
    )
    assert "db.inner" not in answer.text


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE tenants_apikey; --", "{{7*7}}", "<script>alert(1)</script>", "日本語 🏳️‍🌈 مرحبا"]
)
def test_bd11_hostile_text_is_stored_as_text(api: Api, probed: Probed, text: str) -> None:
    made = api.request("PATCH", f"/api/connections/{probed.connection}", probed.key, json={"label": text})
    if "\u200d" in text:
        assert made.status_code == 422
    else:
        assert made.json()["connection"]["account"] == text
