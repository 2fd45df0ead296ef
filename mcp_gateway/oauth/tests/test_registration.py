"""Clients register themselves: what they may say, how often, and when they are forgotten (OA10)."""

import datetime
from typing import Any

import pytest
import time_machine

from mcp_gateway.oauth.tests.flow import LOOPBACK, Flow, from_elsewhere
from mcp_gateway.oauth.tests.published import REGISTRATIONS
from tests.support.api import Api


def register(api: Api, **metadata: Any) -> Any:
    body = {"redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none", **metadata}
    return from_elsewhere(api, "POST", "/oauth/register", json=body)


@pytest.mark.parametrize("name", REGISTRATIONS)
def test_the_registration_of_each_client_in_the_field_is_carried_to_a_token(flow: Flow, name: str) -> None:
    body, redirect = REGISTRATIONS[name]
    flow.client = {}
    client = flow.register(**{"client_name": None, **body})
    assert client["token_endpoint_auth_method"] == body["token_endpoint_auth_method"]
    assert client["client_name"] == body["client_name"]
    assert client["redirect_uris"] == body["redirect_uris"]
    assert client["client_id_issued_at"] > 1_700_000_000
    secret = {"client_secret": client["client_secret"]} if "client_secret" in client else {}
    assert ("client_secret_expires_at" in client) == bool(secret)
    answer = flow.redeem(flow.code(redirect_uri=redirect), redirect_uri=redirect, **secret)
    assert answer.status_code == 200, answer.text


REFUSED_REDIRECTS = [
    "javascript:alert(1)",
    "data:text/html,x",
    "http://agent.example.com/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://localhost.evil.example/callback",
    "http://127.0.0.1@evil.example/callback",
    "http://10.0.0.1/callback",
    "http://0.0.0.0/callback",
    "https://agent.example.com/callback#f",
    "https://user@agent.example.com/callback",
    "https://agent.example.com/a/../callback",
    "https://agent.ex\u0430mple.com/callback",
    "https://*.example.com/callback",
    "https:///callback",
    "//agent.example.com/callback",
    "file:///etc/passwd",
    "myapp://callback",
    "cursor:",
    "https://agent.example.com/call\nback",
    "https://agent.example.com/" + "x" * 2000,
]


def test_oa10_a_redirect_that_leads_anywhere_else_is_refused(api: Api) -> None:
    for redirect in REFUSED_REDIRECTS:
        refused = register(api, redirect_uris=[redirect])
        assert refused.status_code == 400, redirect
        assert refused.json()["error"] in ("invalid_redirect_uri", "invalid_client_metadata")
    assert register(api, redirect_uris=[LOOPBACK, "http://evil.example/"]).status_code == 400
    assert register(api, redirect_uris=[f"{LOOPBACK}{n}" for n in range(21)]).status_code == 400
    assert register(api, redirect_uris=[]).status_code == 400


def test_oa10_a_name_is_short_and_visible_and_shown_as_text(flow: Flow) -> None:
    for name in ("x" * 101, "a\u202eb", "a\0b", "a\nb"):
        assert register(flow.api, client_name=name).status_code == 400, repr(name)
    assert register(flow.api, client_name="x" * 1_000_000).status_code == 413
    flow.register(client_name="<script>alert(1)</script>")
    page = flow.ask()
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_oa10_an_address_registers_ten_clients_an_hour(api: Api) -> None:
    body = {"redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none"}
    answers = [
        from_elsewhere(api, "POST", "/oauth/register", json=body, address="203.0.113.9") for _ in range(11)
    ]
    assert [a.status_code for a in answers] == [201] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 60
    assert register(api).status_code == 201


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b'{"redirect_uris": "x"}'])
def test_a_body_that_is_no_registration_is_refused(api: Api, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    refused = from_elsewhere(api, "POST", "/oauth/register", content=body, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")
    assert refused.headers["cache-control"] == "no-store"


def test_a_way_of_proof_that_there_is_not_is_refused(api: Api) -> None:
    for method in ("private_key_jwt", "tls_client_auth", 7, None):
        refused = register(api, token_endpoint_auth_method=method)
        assert refused.status_code == 400, method
    assert register(api, grant_types=["client_credentials"]).status_code == 400
    assert register(api, grant_types=["implicit"]).status_code == 400


def test_a_client_looks_after_its_registration_by_its_own_token(api: Api, flow: Flow, stranger: Flow) -> None:
    mine, theirs = flow.register(), stranger.register()
    path = f"/oauth/register/{mine['client_id']}"
    key = mine["registration_access_token"]
    assert api.get(path).status_code == 401
    assert api.get(path, theirs["registration_access_token"]).status_code == 401
    told = api.get(path, key).json()
    assert (told["client_name"], told["token_endpoint_auth_method"]) == ("Test agent", "none")
    assert told["registration_client_uri"].endswith(path)
    changed = api.request(
        "PUT",
        path,
        key,
        json={"redirect_uris": [LOOPBACK], "client_name": "New", "token_endpoint_auth_method": "none"},
    )
    assert changed.json()["client_name"] == "New"
    assert api.get(path, key).status_code == 401
    renewed = changed.json()["registration_access_token"]
    evil = {"redirect_uris": ["http://evil.example/"], "token_endpoint_auth_method": "none"}
    assert api.request("PUT", path, renewed, json=evil).status_code == 400
    assert api.get("/api/usage", renewed).status_code == 401
    assert api.request("DELETE", path, renewed).status_code == 204
    assert flow.ask().status_code == 400


def test_clients_that_nobody_used_are_forgotten_after_a_day(api: Api, flow: Flow, stranger: Flow) -> None:
    from mcp_gateway.oauth import tasks
    from mcp_gateway.oauth.models import OAuthClient

    unused = stranger.register()["client_id"]
    tokens = flow.tokens()
    now = datetime.datetime.now(datetime.UTC)

    def known(client_id: str) -> bool:
        return OAuthClient.objects.filter(client_id=client_id).exists()

    tasks.tidy()
    assert known(unused)
    with time_machine.travel(now + datetime.timedelta(hours=25)):
        tasks.tidy()
        assert not known(unused)
        assert known(flow.client["client_id"])
        assert flow.refresh(tokens["refresh_token"]).status_code == 200
    with time_machine.travel(now + datetime.timedelta(days=32)):
        tasks.tidy()
        assert known(flow.client["client_id"])
        assert not flow.customer.agents.exists()
    with time_machine.travel(now + datetime.timedelta(days=400)):
        tasks.tidy()
        assert not known(flow.client["client_id"])
