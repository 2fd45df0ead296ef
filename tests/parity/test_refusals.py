"""What is refused before a platform is asked is refused alike by REST and by MCP in both eras."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.models import UsagePeriod
from mcp_gateway.mcp.tests.agents import Agent
from tenants import connections
from tests.parity.conftest import Tape
from tests.parity.observation import Observed, observe
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

SEND = {"to": "x", "text": "y"}


@pytest.fixture
def by_every_surface(api: Api, world: World, ours: Tenant, tape: Tape) -> Callable[..., Observed]:
    """One call by each surface; what all of them observed."""

    def play(tool: str, arguments: dict[str, Any], **how: Any) -> Observed:
        observed = [observe(api, world, surface, ours, tool, arguments, **how) for surface in SURFACES]
        assert observed[1] == observed[0]
        assert observed[2] == observed[0]
        return observed[0]

    return play


def key_of(api: Api, tenant: Tenant, **limits: Any) -> str:
    made = api.post("/api/keys", tenant.key, {"name": "limited", **limits})
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def test_a_tool_that_is_unknown(by_every_surface: Callable[..., Observed]) -> None:
    refused = by_every_surface("probe_nothing", {"text": "x"})
    assert (refused.code, refused.used) == ("unknown_tool", 0)
    assert refused.entry["outcome"] == "unknown_tool"


def test_a_key_without_the_scope(api: Api, ours: Tenant, by_every_surface: Callable[..., Observed]) -> None:
    """AU08."""
    refused = by_every_surface("probe_send", SEND, key=key_of(api, ours, scopes=["tools:read"]))
    assert (refused.code, refused.used, refused.asked) == ("insufficient_scope", 0, ())
    assert refused.entry["outcome"] == "insufficient_scope"


def test_a_key_that_may_not_call_the_tool(
    api: Api, ours: Tenant, by_every_surface: Callable[..., Observed]
) -> None:
    refused = by_every_surface(
        "probe_send", SEND, key=key_of(api, ours, scopes=["tools:read", "tools:write"], tools=["probe_echo"])
    )
    assert (refused.code, refused.used, refused.asked) == ("forbidden", 0, ())


@pytest.mark.parametrize("end", [connections.pause, connections.disconnect])
def test_a_platform_that_is_not_connected(
    ours: Tenant, by_every_surface: Callable[..., Observed], end: Callable[..., Any]
) -> None:
    end(ours.customer.pk, ours.connections["probe"])
    refused = by_every_surface("probe_send", SEND)
    assert (refused.code, refused.used, refused.asked) == ("not_connected", 0, ())


def test_several_accounts_and_none_named(
    world: World, ours: Tenant, by_every_surface: Callable[..., Observed]
) -> None:
    world.upstream.script.append((200, {}, {"id": f"two-{ours.customer.public_id}", "name": "Two"}))
    connections.link(ours.customer.pk, "probe", {"token": "second"})
    refused = by_every_surface("probe_send", SEND)
    assert (refused.code, refused.used, refused.asked) == ("ambiguous_account", 0, ())


def test_a_quota_that_is_spent(ours: Tenant, by_every_surface: Callable[..., Observed]) -> None:
    by_every_surface("probe_echo", {"text": "x"})
    UsagePeriod.objects.filter(customer=ours.customer, mode="live").update(used=50_000_000)
    refused = by_every_surface("probe_send", SEND)
    assert (refused.code, refused.used, refused.asked) == ("quota_exceeded", 0, ())


def test_a_key_of_another_call_and_one_whose_end_is_unknown(
    api: Api, world: World, ours: Tenant, by_every_surface: Callable[..., Observed]
) -> None:
    world.upstream.script.append("cut")
    assert (
        SURFACES["rest"](api, ours.key, "probe_send", {**SEND, "idempotency_key": "k"}).code
        == "outcome_unknown"
    )
    again = by_every_surface("probe_send", {**SEND, "idempotency_key": "k"})
    assert (again.code, again.used, again.asked) == ("outcome_unknown", 0, ())
    other = by_every_surface("probe_send", {"to": "x", "text": "else", "idempotency_key": "k"})
    assert (other.code, other.used, other.asked) == ("invalid_argument", 0, ())


@pytest.mark.parametrize("first", SURFACES)
def test_a_call_that_was_made_by_one_surface_is_replayed_by_the_others(
    api: Api, ours: Tenant, by_every_surface: Callable[..., Observed], first: str
) -> None:
    once = SURFACES[first](api, ours.key, "probe_send", {**SEND, "idempotency_key": "k"})
    again = by_every_surface("probe_send", {**SEND, "idempotency_key": "k"})
    assert (again.code, again.data, again.used, again.asked) == ("ok", once.data, 0, ())
    assert again.meta["replayed"] is True
    assert again.entry["outcome"] == "replayed"


def test_more_calls_a_minute_than_the_plan_has(api: Api, connect: Callable[..., Probed]) -> None:
    codes = set()
    for call in SURFACES.values():
        tenant = connect(plan="free")
        told = [call(api, tenant.key, "probe_echo", {"text": "x"}) for _ in range(31)]
        assert [t.code for t in told[:-1]] == ["ok"] * 30
        codes.add((told[-1].code, told[-1].error["message"], told[-1].error["retry_after"] in (1, 2)))
    assert len(codes) == 1
    assert codes.pop()[0] == "rate_limited"


@pytest.mark.parametrize("key", [None, "hms_live_nonsense"])
def test_no_key_and_a_wrong_one(api: Api, key: str | None) -> None:
    agent = Agent(api, key)
    call = {"name": "probe_echo", "arguments": {"text": "x"}}
    answers = [
        api.post("/api/tools/probe_echo", key, {"text": "x"}),
        agent.modern("tools/call", call),
        agent.handshake("tools/call", call),
    ]
    assert {(a.status_code, a.content) for a in answers} == {(401, answers[0].content)}


def test_every_surface_lists_the_same_tools(api: Api, world: World) -> None:
    connected_everywhere = world.make("acme")
    agent = Agent(api, connected_everywhere.key)
    over_rest = api.get("/api/tools", connected_everywhere.key).json()["tools"]
    modern = agent.result("tools/list")["tools"]
    session = agent.initialize()
    handshake = agent.handshake("tools/list", session=session).json()["result"]["tools"]
    assert modern == handshake
    names = ("name", "title", "description", "annotations")
    assert [{n: tool[n] for n in names} for tool in over_rest] == [
        {n: tool[n] for n in names} for tool in modern
    ]
    for told, listed in zip(over_rest, modern, strict=True):
        whole, outline = told["input_schema"], listed["inputSchema"]
        assert set(whole.get("properties", ())) == set(outline.get("properties", ())), told["name"]
        assert whole.get("required") == outline.get("required")
        members = (told["output_schema"] or {}).get("properties", {})
        assert set(listed.get("outputSchema", {}).get("properties", ())) <= set(members)
