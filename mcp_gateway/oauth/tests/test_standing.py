"""What a token may do, and for how long: never more than its member, and not a moment after it has ended."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mcp_gateway import auth
from mcp_gateway.mcp import exchange
from mcp_gateway.mcp.tests.agents import ACCEPT, Agent, call_of, events, modern_message, streamed
from mcp_gateway.oauth.tests.flow import challenge_of
from tenants import customers, members
from tests.support.agents import Connected, connect_agent
from tests.support.api import Api
from tests.support.probed import Probed


def status(api: Api, token: str) -> int:
    """Of a management path, a tool over REST and a tool over MCP, which must agree."""
    over_mcp = Agent(api, token).modern("tools/call", call_of("probe_echo", text="x")).status_code
    over_rest = api.post("/api/tools/probe_echo", token, {"text": "x"}).status_code
    assert over_mcp == over_rest == api.get("/api/usage", token).status_code
    return over_rest


@pytest.fixture
def viewer(probed: Probed) -> Any:
    """A member of acme who may only look."""
    import uuid

    from django.contrib.auth import get_user_model

    name = f"viewer-{uuid.uuid4().hex[:12]}@example.com"
    user = get_user_model().objects.create_user(username=name, email=name)
    return members.add(probed.customer.pk, user, "viewer")


def test_au05_a_revoked_agent_is_refused_by_the_next_call(api: Api, probed: Probed) -> None:
    agent, other = connect_agent(probed.customer), connect_agent(probed.customer)
    assert status(api, agent.access) == 200
    gone = api.request("DELETE", f"/api/agents/{agent.id}", probed.key)
    assert gone.json()["agent"]["id"] == agent.id
    assert status(api, agent.access) == 401
    assert status(api, other.access) == 200
    assert api.request("DELETE", f"/api/agents/{agent.id}", probed.key).status_code == 404
    listed = api.get("/api/agents", probed.key).json()["agents"]
    assert [each["id"] for each in listed] == [other.id]
    assert listed[0]["last_used_at"]


def test_a_member_who_is_removed_takes_their_agents_along(api: Api, probed: Probed, viewer: Any) -> None:
    agent = connect_agent(probed.customer, role="viewer")
    assert status(api, agent.access) == 200
    members.remove(probed.customer.pk, viewer.user_id)
    assert status(api, agent.access) == 401


def test_a_member_with_a_smaller_role_has_agents_that_may_less(api: Api, probed: Probed, viewer: Any) -> None:
    members.change_role(probed.customer.pk, viewer.user_id, "developer")
    agent = connect_agent(probed.customer, role="developer")
    assert api.post("/api/tools/probe_send", agent.access, {"to": "1", "text": "x"}).status_code == 200
    members.change_role(probed.customer.pk, viewer.user_id, "viewer")
    refused = api.post("/api/tools/probe_send", agent.access, {"to": "1", "text": "x"})
    assert refused.json()["code"] == "insufficient_scope"
    assert status(api, agent.access) == 200


def test_a_person_who_was_shut_out_has_no_agents(
    api: Api, probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_gateway.auth.TTL_S", 0.0)
    agent = connect_agent(probed.customer)
    agent.member.user.is_active = False
    agent.member.user.save()
    assert status(api, agent.access) == 401


def test_au09_rc05_a_suspended_customers_agents_wait_until_it_is_resumed(api: Api, probed: Probed) -> None:
    agent = connect_agent(probed.customer)
    assert status(api, agent.access) == 200
    customers.suspend(probed.customer)
    told = Agent(api, agent.access).modern("tools/call", call_of("probe_echo", text="x"))
    assert told.status_code == 403 or told.json()["result"]["isError"]
    assert api.post("/api/tools/probe_echo", agent.access, {"text": "x"}).status_code == 403
    assert api.get("/api/usage", agent.access).status_code == 403
    customers.resume(probed.customer)
    auth.forget_all()  # a refusal is remembered for a second
    assert status(api, agent.access) == 200


def test_rc05_a_smaller_plan_holds_for_the_next_call_of_an_agent(api: Api, probed: Probed) -> None:
    agent = connect_agent(probed.customer)
    before = api.get("/api/usage", agent.access).json()
    customers.change_plan(probed.customer, "free")
    assert api.get("/api/usage", agent.access).json() != before


def _revoke(probed: Probed, agent: Connected) -> None:
    from mcp_gateway.oauth import agents

    agents.revoke(probed.customer.pk, agent.id)


def _suspend(probed: Probed, agent: Connected) -> None:
    customers.suspend(probed.customer)


def _sign_out(probed: Probed, agent: Connected) -> None:
    from mcp_gateway.oauth import families
    from mcp_gateway.oauth.models import RefreshToken

    row = RefreshToken.objects.get(agent__public_id=agent.id)
    families.end(row.agent, row.token_family, action="agent.signed_out")


@pytest.mark.parametrize("stop", [_revoke, _suspend, _sign_out])
def test_au09_an_agents_open_stream_ends_with_it(
    api: Api,
    probed: Probed,
    loopback: str,
    stop: Callable[[Probed, Connected], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "PING_S", 0.2)
    monkeypatch.setattr("mcp_gateway.auth.TTL_S", 0.2)
    agent = connect_agent(probed.customer)
    listen = modern_message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})

    async def ask() -> list[Any]:
        async with asyncio.timeout(20), streamed(loopback, agent.access, listen) as answer:
            await asyncio.to_thread(stop, probed, agent)
            return [message["method"] async for message in events(answer)]

    assert api.run(ask()) == ["notifications/subscriptions/acknowledged"]


def test_au08_an_agent_that_may_read_is_told_what_sending_needs(api: Api, probed: Probed) -> None:
    agent = connect_agent(probed.customer, scope="tools:read")
    over_rest = api.post("/api/tools/probe_send", agent.access, {"to": "1", "text": "x"})
    over_mcp = Agent(api, agent.access).modern("tools/call", call_of("probe_send", to="1", text="x"))
    managing = api.get("/api/keys", agent.access)
    for refused, scope in ((over_rest, "tools:write"), (over_mcp, "tools:write"), (managing, "manage")):
        challenge = challenge_of(refused)
        assert (refused.status_code, challenge["error"], challenge["scope"]) == (
            403,
            "insufficient_scope",
            scope,
        )
        assert challenge["resource_metadata"].endswith("/.well-known/oauth-protected-resource/mcp")


def test_oa07_mc20_a_token_for_another_resource_opens_nothing(
    api: Api, probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcp_gateway.oauth.models import AccessToken

    monkeypatch.setattr("mcp_gateway.auth.TTL_S", 0.0)
    agent = connect_agent(probed.customer)
    for resource in (["https://other.example/mcp"], [], ["http://localhost:8000"]):
        AccessToken.objects.filter(agent__public_id=agent.id).update(resource=resource)
        assert status(api, agent.access) == 401


def test_a_refresh_token_opens_nothing(api: Api, probed: Probed) -> None:
    agent = connect_agent(probed.customer)
    assert status(api, agent.refresh) == 401
    assert status(api, agent.access[:-1] + ("a" if agent.access[-1] != "a" else "b")) == 401


def test_au10_a_token_in_the_address_is_no_credential(api: Api, probed: Probed) -> None:
    token = connect_agent(probed.customer).access
    for path in ("/mcp", "/api/usage", "/api/tools/probe_echo"):
        refused = api.request("POST" if "usage" not in path else "GET", f"{path}?access_token={token}")
        assert refused.status_code == 401
        assert "error" not in challenge_of(refused)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_method_is_challenged_and_a_bad_token_named(api: Api, method: str) -> None:
    bare = challenge_of(api.request(method, "/mcp", headers=ACCEPT))
    assert bare["scope"] == "tools:read tools:write inbox:read manage"
    assert "error" not in bare
    assert challenge_of(api.request(method, "/mcp", "hms_at_nonsense", headers=ACCEPT))["error"] == (
        "invalid_token"
    )
    assert "error" not in challenge_of(api.get("/api/usage"))
    assert challenge_of(api.get("/api/usage", "hms_at_nonsense"))["error"] == "invalid_token"


def test_an_agent_of_the_sandbox_reaches_nothing_live(api: Api, probed: Probed) -> None:
    agent = connect_agent(probed.customer, mode="test")
    connections = api.get("/api/connections", agent.access).json()["connections"]
    assert connections
    assert {each["mode"] for each in connections} == {"sandbox"}
    assert probed.connection not in {each["id"] for each in connections}
    live = connect_agent(probed.customer)
    assert [each["id"] for each in api.get("/api/agents", agent.access).json()["agents"]] == [agent.id]
    assert api.request("DELETE", f"/api/agents/{live.id}", agent.access).status_code == 403


def test_a_profile_that_reads_only_makes_no_keys_and_sends_nothing(api: Api, probed: Probed) -> None:
    agent = connect_agent(probed.customer, profile="read-only")
    assert api.post("/api/tools/probe_send", agent.access, {"to": "1", "text": "x"}).status_code == 403
    assert api.post("/api/keys", agent.access, {"name": "k"}).status_code == 403


def test_only_who_manages_keys_sees_and_ends_agents(
    api: Api, probed: Probed, connect: Callable[..., Probed]
) -> None:
    agent, reader = connect_agent(probed.customer), connect_agent(probed.customer, scope="tools:read")
    globex = connect("globex")
    assert api.get("/api/agents", reader.access).status_code == 403
    assert api.request("DELETE", f"/api/agents/{agent.id}", reader.access).status_code == 403
    assert api.get("/api/agents", globex.key).json()["agents"] == []
    assert api.request("DELETE", f"/api/agents/{agent.id}", globex.key).status_code == 404
    assert status(api, agent.access) == 200


def test_au13_a_client_that_comes_with_expired_tokens_is_no_guesser(
    api: Api, probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hermes.core import limits
    from mcp_gateway import auth
    from mcp_gateway.oauth.models import AccessToken

    agent, address = connect_agent(probed.customer), "127.0.0.1"
    AccessToken.objects.filter(agent__public_id=agent.id).update(expires="2020-01-01T00:00:00Z")
    empty = auth.FAILURES_PER_ADDRESS._replace(name="auth-of-this-test")
    monkeypatch.setattr(auth, "FAILURES_PER_ADDRESS", empty)
    for _ in range(empty.capacity):
        api.run(limits.take(address, (empty,)))
    assert status(api, agent.access) == 401
    assert api.get("/api/usage", "hms_at_guess").status_code == 429


def test_an_erased_customer_leaves_no_agent_and_an_export_has_no_token(probed: Probed, tmp_path: Any) -> None:
    import zipfile

    from mcp_gateway.oauth.models import AccessToken, RefreshToken
    from tenants import erasure, export
    from tenants.actors import SYSTEM

    agent = connect_agent(probed.customer)
    export.export(probed.customer, tmp_path / "out.zip", by=SYSTEM)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert agent.id.encode() in archive.read("agent.jsonl")
        told = b"".join(archive.read(name) for name in archive.namelist())
    assert agent.access.encode() not in told
    erasure.erase(probed.customer, by=SYSTEM)
    for model in (AccessToken, RefreshToken):
        assert not model.objects.filter(application__client_id=agent.client).exists()
