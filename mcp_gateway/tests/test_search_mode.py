"""Clients with little room: tools are found and called by two that are listed."""

from typing import Any

import pytest

from billing import subscriptions
from connectors.registry import all_tools
from mcp_gateway import catalogue
from mcp_gateway.mcp.tests.agents import Agent
from mcp_gateway.outlines import outline_of_input
from mcp_gateway.testing.catalogue import TOOLS as FIXTURES
from tests.support.api import Api
from tests.support.surfaces import SURFACES, Told, rest
from tests.support.tenants import Tenant, World

ADA = "14155550123"
SMALL = {"hermes_call_tool", "hermes_search_tools"}
OWN_CORE = {"hermes_get_thread", "hermes_inbox", "hermes_list_connections", "hermes_send"}
SCOPES = ["tools:read", "tools:write"]
TEXT = {"to": ADA, "text": "It is on its way."}


@pytest.fixture
def ours(world: World) -> Tenant:
    """acme, connected everywhere; Ada has written."""
    tenant = world.make("acme")
    tenant.hear("whatsapp", ADA, "an invoice, please", "Ada")
    world.forget()
    return tenant


@pytest.fixture
def small(api: Api, ours: Tenant) -> str:
    """A key of the profile search."""
    return key_of(api, ours)


def key_of(api: Api, tenant: Tenant, **limits: Any) -> str:
    wanted = {"name": "small", "scopes": SCOPES, "profile": "search", **limits}
    made = api.post("/api/keys", tenant.key, wanted)
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def listed(api: Api, key: str) -> set[str]:
    over_mcp = {tool["name"] for tool in Agent(api, key).result("tools/list")["tools"]}
    over_rest = {tool["name"] for tool in api.get("/api/tools", key).json()["tools"]}
    assert over_mcp == over_rest
    return over_mcp


def found(api: Api, key: str, query: str, limit: int = 5) -> list[str]:
    told = rest(api, key, "hermes_search_tools", {"query": query, "limit": limit})
    assert told.code == "ok", told.error
    return [tool["name"] for tool in told.data["tools"]]


def relay(api: Api, key: str, tool: str, arguments: Any = None, surface: str = "rest") -> Told:
    given = {"tool": tool} if arguments is None else {"tool": tool, "arguments": arguments}
    return SURFACES[surface](api, key, "hermes_call_tool", given)


def used(tenant: Tenant) -> int:
    return int(subscriptions.usage(tenant.customer.pk, "live")["used"])


def last_entry(api: Api, tenant: Tenant) -> dict[str, Any]:
    entries = api.get("/api/audit", tenant.key).json()["entries"]
    return next(entry for entry in entries if entry["action"] == "tool.call")


def test_a_key_of_the_profile_search_is_listed_few_tools_in_every_era(
    api: Api, ours: Tenant, small: str
) -> None:
    assert listed(api, small) - {tool.name for tool in FIXTURES} == SMALL | OWN_CORE
    agent = Agent(api, small)
    session = agent.initialize()
    handshake = agent.handshake("tools/list", session=session).json()["result"]["tools"]
    assert {tool["name"] for tool in handshake} == listed(api, small)
    hints = {tool["name"]: tool["annotations"] for tool in handshake}
    assert hints["hermes_search_tools"]["readOnlyHint"] is True
    assert hints["hermes_call_tool"] == {
        "readOnlyHint": False,
        "destructiveHint": True,
        "idempotentHint": False,
        "openWorldHint": True,
    }
    assert "hermes_search_tools" in agent.result("server/discover")["instructions"]


@pytest.mark.parametrize("profile", ["core", "full", "read-only"])
def test_other_profiles_list_tools_instead(api: Api, ours: Tenant, profile: str) -> None:
    assert not SMALL & listed(api, key_of(api, ours, profile=profile))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("whatsapp_send_text", "whatsapp_send_text"),
        ("send a whatsapp text message", "whatsapp_send_text"),
        ("list message templates", "whatsapp_list_templates"),
        ("telegram polls", "telegram_send_poll"),
        ("search mails by subject", "email_search"),
        ("pin a message in discord", "discord_pin_message"),
        ("backlinks of a note", "obsidian_get_backlinks"),
        ("usage this month", "hermes_usage"),
        ("LinkedIn comment", "linkedin_create_comment"),
    ],
)
def test_a_tool_is_found_by_what_it_does(api: Api, small: str, query: str, first: str) -> None:
    assert found(api, small, query)[0] == first


def test_what_is_found_tells_how_it_is_called(api: Api, small: str) -> None:
    told = rest(api, small, "hermes_search_tools", {"query": "whatsapp_send_text", "limit": 1}).data["tools"]
    listing = catalogue.every_tool()["whatsapp_send_text"]
    assert told == [
        {
            "name": "whatsapp_send_text",
            "title": listing.tool.title,
            "description": listing.tool.description,
            "read_only": False,
            "input_schema": outline_of_input(listing.input_schema),
        }
    ]
    assert {"account", "dry_run", "idempotency_key"} <= set(told[0]["input_schema"]["properties"])


def test_nothing_is_found_by_words_of_no_tool(api: Api, small: str) -> None:
    told = rest(api, small, "hermes_search_tools", {"query": "xylophone zzz"})
    assert told.data["tools"] == []
    assert "hermes_list_connections" in told.data["hint"]
    assert rest(api, small, "hermes_search_tools", {"query": "the of"}).data["tools"] == []


def test_only_tools_the_key_may_call_are_found(
    api: Api, world: World, ours: Tenant, make_customer: Any
) -> None:
    everything = {"query": "send message text list get", "limit": 20}
    reads = key_of(api, ours, scopes=["tools:read"])
    tools = rest(api, reads, "hermes_search_tools", everything).data["tools"]
    assert tools
    assert all(tool["read_only"] for tool in tools)
    two = key_of(api, ours, tools=["whatsapp_send_text", "hermes_inbox"])
    assert set(found(api, two, "send message text inbox", 20)) == {"whatsapp_send_text", "hermes_inbox"}
    assert listed(api, two) == SMALL | {"hermes_inbox"}
    nothing_connected = key_of_customer(api, make_customer("globex"))
    assert not set(found(api, nothing_connected, "send message text", 20)) & set(all_tools())
    assert not SMALL & set(found(api, two, "hermes_call_tool hermes_search_tools call find tool", 20))


def key_of_customer(api: Api, customer: Any) -> str:
    made = api.post("/api/keys", customer.live_key, {"name": "small", "scopes": SCOPES, "profile": "search"})
    return str(made.json()["secret"])


@pytest.mark.parametrize("surface", SURFACES)
def test_a_relayed_call_is_that_tools_call_once(
    api: Api, world: World, ours: Tenant, small: str, surface: str
) -> None:
    before = used(ours)
    told = relay(api, small, "whatsapp_send_text", TEXT, surface)
    assert told.code == "ok", told.error
    assert told.data["message_id"].startswith("wamid.")
    assert told.meta["units"] == used(ours) - before == 1
    entry = last_entry(api, ours)
    assert (entry["tool"], entry["outcome"], entry["id"]) == (
        "whatsapp_send_text",
        "ok",
        told.meta["call_id"],
    )
    assert TEXT["text"] not in str(entry)
    assert len([asked for asked in world.asked if asked.method == "POST"]) == 1


def test_its_own_arguments_hold_inside(api: Api, world: World, ours: Tenant, small: str) -> None:
    rehearsed = relay(api, small, "whatsapp_send_text", {**TEXT, "dry_run": True})
    assert rehearsed.data["dry_run"] is True
    assert world.asked == []
    first, again = (
        relay(api, small, "whatsapp_send_text", {**TEXT, "idempotency_key": "order-7"}) for _ in range(2)
    )
    direct = rest(api, small, "whatsapp_send_text", {**TEXT, "idempotency_key": "order-7"})
    assert first.data == again.data == direct.data
    assert (again.meta["replayed"], direct.meta["replayed"]) == (True, True)
    headed = api.post(
        "/api/tools/hermes_call_tool",
        small,
        {"tool": "whatsapp_send_text", "arguments": TEXT},
        headers={"Idempotency-Key": "order-7"},
    )
    assert headed.json()["data"] == first.data
    unknown = relay(api, small, "whatsapp_send_text", {**TEXT, "account": "nobody's"})
    assert unknown.code == "not_found"
    named = relay(api, small, "whatsapp_send_text", {**TEXT, "account": ours.connections["whatsapp"]})
    assert named.code == "ok"


@pytest.mark.parametrize("surface", SURFACES)
def test_it_is_no_way_around_a_keys_limits(
    api: Api, world: World, ours: Tenant, make_customer: Any, surface: str
) -> None:
    cases = (
        (key_of(api, ours, scopes=["tools:read"]), "whatsapp_send_text", "insufficient_scope"),
        (key_of(api, ours, tools=["whatsapp_list_conversations"]), "whatsapp_send_text", "forbidden"),
        (key_of(api, ours, profile="read-only"), "whatsapp_send_text", "forbidden"),
        (key_of_customer(api, make_customer("globex")), "whatsapp_send_text", "not_connected"),
        (key_of(api, ours), "whatsapp_send_nothing", "unknown_tool"),
    )
    for key, tool, code in cases:
        assert relay(api, key, tool, TEXT, surface).code == code
    assert world.asked == []
    assert last_entry(api, ours)["tool"] == "whatsapp_send_nothing"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    "given",
    [
        {"tool": "hermes_call_tool"},
        {"tool": "hermes_call_tool", "arguments": {"tool": "whatsapp_send_text", "arguments": TEXT}},
        {},
        {"arguments": {}},
        {"tool": 7},
        {"tool": "whatsapp_send_text", "arguments": "to=Ada"},
        {"tool": "whatsapp_send_text", "arguments": TEXT, "dry_run": True},
        {"tool": "whatsapp_send_text", "arguments": TEXT, "idempotency_key": "k"},
    ],
    ids=str,
)
def test_a_call_that_relays_itself_or_is_malformed_is_refused(
    api: Api, world: World, ours: Tenant, small: str, given: dict[str, Any], surface: str
) -> None:
    before = used(ours)
    told = SURFACES[surface](api, small, "hermes_call_tool", given)
    assert told.code == "invalid_argument"
    assert (used(ours), world.asked) == (before, [])


def test_an_unknown_tool_is_a_result_that_a_model_can_mend(api: Api, small: str) -> None:
    result = Agent(api, small).call("hermes_call_tool", tool="whatsapp_sendtext")
    assert result["isError"] is True
    assert "unknown_tool" in result["content"][0]["text"]


def test_te02_a_strangers_account_is_not_found_by_relay_either(
    api: Api, world: World, ours: Tenant, small: str
) -> None:
    theirs = world.make("globex")
    world.forget()
    told = relay(api, small, "whatsapp_send_text", {**TEXT, "account": theirs.connections["whatsapp"]})
    assert told.code == "not_found"
    assert world.asked == []
