"""From nothing to a tool call and to the end of it, over HTTP."""

from typing import Any

from django.conf import settings

from mcp_gateway.mcp.tests.agents import Agent
from mcp_gateway.oauth.tests.flow import LOOPBACK, Flow, answered, challenge_of
from tests.support.api import Api


def test_an_agent_gets_from_a_bare_401_to_a_tool_result(api: Api, flow: Flow) -> None:
    refused = api.post("/mcp", json={})
    assert refused.status_code == 401
    challenge = challenge_of(refused)
    assert "error" not in challenge
    resource = api.get(challenge["resource_metadata"].removeprefix(settings.PUBLIC_URL)).json()
    assert resource["resource"] == f"{settings.PUBLIC_URL}/mcp"
    (issuer,) = resource["authorization_servers"]
    server = api.get("/.well-known/oauth-authorization-server").json()
    assert server["issuer"] == issuer == settings.PUBLIC_URL

    tokens = flow.tokens(scope=challenge["scope"])
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert set(tokens["scope"].split()) == set(challenge["scope"].split())
    agent = Agent(api, tokens["access_token"])
    assert agent.call("probe_echo", text="hello")["structuredContent"]["text"] == "hello"
    over_rest = api.post("/api/tools/probe_echo", tokens["access_token"], {"text": "hello"})
    assert over_rest.json()["data"]["text"] == "hello"
    assert api.get("/api/connections", tokens["access_token"]).status_code == 200
    entries = api.get("/api/audit", tokens["access_token"]).json()["entries"]
    assert {e["actor"].split(":")[0] for e in entries if e["action"] == "tool.call"} == {"agent"}


def test_denying_sends_the_client_back_with_access_denied(flow: Flow) -> None:
    flow.register()
    told = answered(flow.decide(flow.ask(), decision="deny"))
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "s t&te", settings.PUBLIC_URL)
    assert "code" not in told


def test_a_refreshed_token_goes_on_where_the_old_one_was(api: Api, flow: Flow) -> None:
    tokens = flow.tokens()
    again = flow.refresh(tokens["refresh_token"]).json()
    assert again["scope"] == tokens["scope"]
    assert again["refresh_token"] != tokens["refresh_token"]
    for token in (tokens["access_token"], again["access_token"]):
        assert api.get("/api/usage", token).status_code == 200


def test_a_client_that_signs_out_ends_its_tokens_and_no_others(api: Api, flow: Flow) -> None:
    mine, other = flow.tokens(), flow.tokens()
    gone = {"client_id": flow.client["client_id"], "token": mine["refresh_token"]}
    assert api.request("POST", "/oauth/revoke", data=gone).status_code == 200
    assert api.get("/api/usage", mine["access_token"]).status_code == 401
    assert flow.refresh(mine["refresh_token"]).json()["error"] == "invalid_grant"
    assert api.get("/api/usage", other["access_token"]).status_code == 200
    assert api.request("POST", "/oauth/revoke", data={**gone, "token": "nonsense"}).status_code == 200


def test_a_stranger_client_cannot_sign_out_anothers_tokens(api: Api, flow: Flow, stranger: Flow) -> None:
    tokens = flow.tokens()
    stranger.register()
    gone = {"client_id": stranger.client["client_id"], "token": tokens["refresh_token"]}
    assert api.request("POST", "/oauth/revoke", data=gone).status_code == 200
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


def test_nothing_that_opens_anything_is_stored(flow: Flow) -> None:
    from mcp_gateway.oauth.models import AccessToken, AuthorizationCode, OAuthClient, RefreshToken

    client = flow.register(token_endpoint_auth_method="client_secret_post")
    code = flow.code()
    tokens = flow.redeem(code, client_secret=client["client_secret"]).json()
    secrets = (code, tokens["access_token"], tokens["refresh_token"], client["client_secret"])
    rows: list[Any] = [
        row
        for model in (AccessToken, AuthorizationCode, OAuthClient, RefreshToken)
        for row in model.objects.filter(**_of(model, client["client_id"])).values()
    ]
    assert len(rows) >= 4
    assert not [s for s in (*secrets, client["registration_access_token"]) if s in repr(rows)]


def _of(model: Any, client_id: str) -> dict[str, str]:
    return {"client_id" if hasattr(model, "client_secret") else "application__client_id": client_id}


def test_a_redirect_may_come_back_at_another_port_of_the_same_machine(flow: Flow) -> None:
    flow.register()
    other = LOOPBACK.replace("33418", "51004")
    assert flow.tokens(redirect_uri=other)["token_type"] == "Bearer"
