"""Tools over all channels: what is connected, who wrote, what was used."""

import re
from typing import Any

import pytest

from billing import subscriptions
from connectors.kit import schema
from connectors.tests.contract import JARGON
from docs import judging
from hermes.core import clock, ids
from mcp_gateway.own_tools.catalogue import TOOLS
from tests.support.api import Api
from tests.support.surfaces import Told, rest
from tests.support.tenants import Tenant, World

ADA = "14155550123"


@pytest.fixture
def ours(world: World) -> Tenant:
    """acme, connected everywhere; Ada has written."""
    tenant = world.make("acme")
    tenant.hear("whatsapp", ADA, "an invoice, please", "Ada")
    world.forget()
    return tenant


def _send(api: Api, tenant: Tenant, **arguments: Any) -> Told:
    return rest(api, tenant.key, "hermes_send", {"to": ADA, "text": "It is on its way.", **arguments})


def _used(tenant: Tenant) -> int:
    return int(subscriptions.usage(tenant.customer.pk, "live")["used"])


def test_their_descriptions_were_judged_and_none_is_below_4() -> None:
    scores = judging.scores_in(judging.OWN_TOOLS)
    assert set(scores) == {tool.name for tool in TOOLS}
    assert all(len(row) == len(judging.AXES) and set(row) <= {4, 5} for row in scores.values())


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_they_are_declared_like_any_tool(tool: Any) -> None:
    assert 80 <= len(tool.description) <= 400
    named = set(re.findall(r"\bhermes_[a-z_]+", tool.description))
    assert named <= {other.name for other in TOOLS}
    assert named - {tool.name}
    assert not JARGON.search(tool.description)
    assert tool.description.endswith(".")
    schema.parse_arguments(tool, tool.example)
    for name, argument in schema.input_schema(tool).get("properties", {}).items():
        assert argument.get("description"), name


def test_they_are_listed_whatever_is_connected(api: Api, make_customer: Any) -> None:
    nobody = make_customer("acme")
    listed = {tool["name"] for tool in api.get("/api/tools", nobody.live_key).json()["tools"]}
    assert {tool.name for tool in TOOLS if tool.core} <= listed


def test_a_strangers_thread_is_unknown_and_its_contact_is_nobody(
    api: Api, world: World, ours: Tenant
) -> None:
    theirs = world.make("globex")
    theirs.hear("whatsapp", "14155550777", "secret of globex", "Canary")
    thread = rest(api, theirs.key, "hermes_inbox", {}).data["threads"][0]["id"]
    assert _send(api, ours, to=thread).code == "not_found"
    assert rest(api, ours.key, "hermes_get_thread", {"thread_id": thread}).code == "not_found"
    assert rest(api, ours.key, "hermes_search_contacts", {"q": "Canary"}).data["contacts"] == []
    assert rest(api, ours.key, "hermes_inbox", {"q": "globex"}).data["threads"] == []


def test_te02_a_strangers_channel_answers_like_one_that_never_was(
    api: Api, world: World, ours: Tenant
) -> None:
    theirs = world.make("globex")
    world.forget()
    for tool, argument, more in (
        ("hermes_inbox", "channels", {}),
        ("hermes_search_contacts", "channels", {"q": "a"}),
        ("hermes_get_connection", "channel", {"probe": True}),
        ("hermes_send", "channel", {"to": ADA, "text": "hello"}),
    ):
        answers = [
            rest(api, ours.key, tool, {argument: [name] if argument == "channels" else name, **more})
            for name in (theirs.connections["whatsapp"], ids.new("con"))
        ]
        assert [told.code for told in answers] == ["not_found"] * 2, tool
        messages = [re.sub(r"con_\w+", "*", told.error["message"]) for told in answers]
        assert messages[0] == messages[1]
    assert world.asked == []


def test_a_test_key_sees_the_sandboxs_channels_and_a_live_key_the_live_ones(api: Api, ours: Tenant) -> None:
    def channels(key: str) -> set[str]:
        told = rest(api, key, "hermes_list_connections", {}).data["connections"]
        return {f"{c['mode']} {c['connection']}" for c in told}

    assert channels(ours.key) == {f"live {public_id}" for public_id in ours.connections.values()}
    assert all(channel.startswith("test ") for channel in channels(ours.test_key))
    assert rest(api, ours.test_key, "hermes_inbox", {}).data["threads"] == []


def test_a_connection_tells_its_limits_its_windows_and_its_conversations(api: Api, ours: Tenant) -> None:
    told = rest(api, ours.key, "hermes_get_connection", {"channel": "whatsapp"}).data
    assert told["limits"]["text_chars"] == 4096
    assert told["conversations"] == {"total": 1, "unread": 1, "windows_open": 1}
    assert told["usable"] is True
    assert "probe" not in told


def test_a_probe_asks_the_platform_and_a_refused_credential_stops_all_calls(
    api: Api, world: World, ours: Tenant
) -> None:
    asked = {"channel": "whatsapp", "probe": True}
    assert rest(api, ours.key, "hermes_get_connection", asked).data["probe"]["ok"] is True
    world.platforms.script.append((401, {}, {"error": {"code": 190, "message": "expired"}}))
    probe = rest(api, ours.key, "hermes_get_connection", asked).data["probe"]
    assert (probe["ok"], probe["code"]) == (False, "needs_reauth")
    world.forget()
    again = rest(api, ours.key, "hermes_get_connection", asked).data
    assert (again["status"], again["usable"], again["probe"]["code"]) == (
        "needs_reauth",
        False,
        "needs_reauth",
    )
    assert world.asked == []


def test_usage_is_told_by_month_and_costs_nothing(api: Api, ours: Tenant) -> None:
    _send(api, ours)
    now = rest(api, ours.key, "hermes_usage", {}).data
    assert (now["used"], now["period"]) == (1, f"{clock.now():%Y-%m}")
    assert rest(api, ours.key, "hermes_usage", {"period": "2025-01"}).data["used"] == 0
    assert rest(api, ours.key, "hermes_usage", {"period": "2025-13"}).code == "invalid_argument"
    assert _used(ours) == 1
