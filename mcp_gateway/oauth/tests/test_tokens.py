"""The token endpoint: codes once, refresh tokens in families, nothing but small forms."""

import datetime
from typing import Any

import time_machine

from mcp_gateway.oauth.tests.flow import EVERY_SCOPE, Flow
from tests.support.api import Api


def works(api: Api, token: str) -> bool:
    status = api.get("/api/usage", token).status_code
    assert status in (200, 401)
    return status == 200


def test_oa01_a_code_needs_the_verifier_it_was_made_with(flow: Flow) -> None:
    flow.register()
    code = flow.code()
    assert flow.redeem(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    assert flow.redeem(code, code_verifier=None).json()["error"] in ("invalid_grant", "invalid_request")
    assert flow.redeem(code).status_code == 200


def test_oa02_a_code_redeemed_twice_ends_what_it_gave(api: Api, flow: Flow) -> None:
    flow.register()
    code = flow.code()
    tokens = flow.redeem(code).json()
    assert works(api, tokens["access_token"])
    second = flow.redeem(code)
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert not works(api, tokens["access_token"])
    assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_is_good_for_its_own_request_only(flow: Flow) -> None:
    flow.register()
    code = flow.code()
    others: list[dict[str, Any]] = [
        {"redirect_uri": "http://127.0.0.1:33419/callback"},
        {"redirect_uri": "https://evil.example/"},
        {"resource": "https://other.example/mcp"},
        {"client_id": "somebody-else"},
        {"client_id": None},
        {"code": "made-up"},
        {"code": None},
    ]
    for other in others:
        refused = flow.redeem(**{"code": code, **other})
        assert refused.status_code in (400, 401), other
        assert refused.headers["cache-control"] == "no-store"
    assert flow.redeem(code).status_code == 200


def test_a_code_of_another_client_is_unknown(flow: Flow, stranger: Flow) -> None:
    flow.register()
    stranger.register()
    code = flow.code()
    refused = flow.redeem(code, client_id=stranger.client["client_id"])
    assert refused.json()["error"] == "invalid_grant"
    assert flow.redeem(code).status_code == 200


def test_a_code_lasts_a_minute(flow: Flow) -> None:
    flow.register()
    code = flow.code()
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=61)):
        assert flow.redeem(code).json()["error"] == "invalid_grant"


def test_oa06_a_replayed_refresh_token_ends_its_family(api: Api, flow: Flow) -> None:
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"]).json()
    other = flow.tokens()
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=61)):
        refused = flow.refresh(first["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        assert flow.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert not works(api, first["access_token"])
    assert not works(api, second["access_token"])
    assert works(api, other["access_token"])
    entries = api.get("/api/audit", other["access_token"]).json()["entries"]
    assert "agent.token_replayed" in {entry["action"] for entry in entries}


def test_processes_that_refresh_at_the_same_time_all_go_on(api: Api, flow: Flow) -> None:
    first = flow.tokens()
    pairs = [flow.refresh(first["refresh_token"]).json() for _ in range(2)]
    assert len({pair["refresh_token"] for pair in pairs}) == 2
    assert all(works(api, pair["access_token"]) for pair in pairs)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)):
        assert all(flow.refresh(pair["refresh_token"]).status_code == 200 for pair in pairs)


def test_oa09_refreshing_gives_no_scope_that_was_not_consented_to(flow: Flow) -> None:
    flow.register()
    tokens = flow.tokens(scope="tools:read inbox:read", decide={"scopes": ["tools:read", "inbox:read"]})
    assert flow.refresh(tokens["refresh_token"], scope=EVERY_SCOPE).json()["error"] == "invalid_scope"
    narrowed = flow.refresh(tokens["refresh_token"], scope="tools:read").json()
    assert narrowed["scope"] == "tools:read"
    assert set(flow.refresh(narrowed["refresh_token"]).json()["scope"].split()) == {
        "tools:read",
        "inbox:read",
    }


def test_access_lasts_an_hour_and_a_family_thirty_days(api: Api, flow: Flow) -> None:
    tokens = flow.tokens()
    now = datetime.datetime.now(datetime.UTC)
    with time_machine.travel(now + datetime.timedelta(minutes=61)):
        refused = api.get("/api/usage", tokens["access_token"])
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    with time_machine.travel(now + datetime.timedelta(days=29)):
        again = flow.refresh(tokens["refresh_token"]).json()
    with time_machine.travel(now + datetime.timedelta(days=31)):
        assert flow.refresh(again["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_client_with_a_secret_proves_itself_by_it(flow: Flow) -> None:
    secret = flow.register(token_endpoint_auth_method="client_secret_post")["client_secret"]
    code = flow.code()
    assert flow.redeem(code).json()["error"] == "invalid_client"
    assert flow.redeem(code, client_secret="wrong").status_code == 401
    assert flow.redeem(code, client_secret=secret).status_code == 200


def test_oa05_other_grants_are_refused_and_the_device_flow_is_off(api: Api, flow: Flow) -> None:
    flow.register()
    device = "urn:ietf:params:oauth:grant-type:device_code"
    for grant in ("password", "client_credentials", "implicit", "refresh_token\0", device):
        refused = flow.token(grant_type=grant, username="a", password="b", device_code="x")
        assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")
    for path in ("/oauth/device-authorization", "/oauth/device", "/oauth/introspect", "/oauth/applications/"):
        assert api.post(path).status_code == 404


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_oa19_the_token_endpoint_takes_small_forms_by_post_only(api: Api, flow: Flow) -> None:
    flow.register()
    client = flow.client["client_id"]

    def ask(content: bytes, headers: dict[str, str] = FORM, query: str = "") -> int:
        answer = api.request("POST", f"/oauth/token{query}", content=content, headers=headers)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["error"] == "invalid_request"
        return answer.status_code

    assert ask(b"grant_type=authorization_code&code=" + b"x" * 65_537) == 413
    assert ask(b'{"grant_type":"refresh_token"}', {"content-type": "application/json"}) == 400
    assert ask(b"a=1", {"content-type": "text/plain"}) == 400
    assert ask(f"grant_type=refresh_token&client_id={client}&client_id={client}".encode()) == 400
    assert ask(b"refresh_token=b", FORM, f"?grant_type=refresh_token&client_id={client}") == 400
    for method in ("GET", "PUT", "DELETE"):
        assert api.request(method, "/oauth/token").status_code == 405
        assert api.request(method, "/oauth/revoke").status_code == 405


def test_who_guesses_at_the_token_endpoint_is_slowed_down_and_nobody_else(flow: Flow) -> None:
    from hermes.core import limits
    from mcp_gateway.oauth.endpoints import FAILURES_PER_ADDRESS
    from mcp_gateway.oauth.tests.flow import from_elsewhere

    tokens, address = flow.tokens(), "203.0.113.77"

    def refresh(refresh_token: str) -> int:
        form = {"grant_type": "refresh_token", "client_id": flow.client["client_id"]}
        form["refresh_token"] = refresh_token
        return from_elsewhere(flow.api, "POST", "/oauth/token", data=form, address=address).status_code

    assert refresh("guess") == 400
    for _ in range(FAILURES_PER_ADDRESS.capacity):
        flow.api.run(limits.take(address, (FAILURES_PER_ADDRESS,)))
    assert refresh("guess") == 429
    assert refresh(tokens["refresh_token"]) == 200
