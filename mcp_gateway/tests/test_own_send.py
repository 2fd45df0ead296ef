"""One way to send a text, whatever the channel: chosen rightly, done once, charged once."""

import asyncio
import dataclasses
import time
from datetime import timedelta
from typing import Any

import pytest

from audit import trail
from billing import subscriptions
from billing.models import UsagePeriod
from connectors.sandbox.whatsapp import template_store
from hermes.core import clock
from inbox.models import Message, Thread
from mcp_gateway import auth
from mcp_gateway.calls import ToolCall
from mcp_gateway.executor import execute
from tenants import connections, keys
from tenants.key_limits import Limits
from tests.support.api import Api
from tests.support.surfaces import Told, rest
from tests.support.tenants import Tenant, World

ADA = "14155550123"
TOO_LONG_AGO = timedelta(hours=25)


@pytest.fixture
def ours(world: World, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """acme, connected everywhere; Ada has written. Templates are approved at once."""
    monkeypatch.setattr(template_store, "REVIEW_S", 0.0)
    tenant = world.make("acme")
    tenant.hear("whatsapp", ADA, "an invoice, please", "Ada")
    world.forget()
    return tenant


def _sends(world: World) -> list[Any]:
    return [asked for asked in world.asked if asked.method == "POST"]


def _close_window(tenant: Tenant) -> None:
    long_ago = clock.now() - TOO_LONG_AGO
    Thread.objects.of(tenant.customer).update(last_in_at=long_ago, last_at=long_ago)


def _make_template(api: Api, tenant: Tenant, body: str, name: str) -> None:
    """An approved template of this body at the stand-in."""
    told = rest(
        api,
        tenant.key,
        "whatsapp_create_template",
        {
            "name": name,
            "category": "UTILITY",
            "language": "en_US",
            "components": [
                {"type": "BODY", "text": body, "example": {"body_text": [["text"] * body.count("{{")]}}
            ],
        },
    )
    assert told.code == "ok", told.error


def _send(api: Api, tenant: Tenant, **arguments: Any) -> Told:
    return rest(api, tenant.key, "hermes_send", {"to": ADA, "text": "It is on its way.", **arguments})


def _used(tenant: Tenant) -> int:
    return int(subscriptions.usage(tenant.customer.pk, "live")["used"])


def _calls(tenant: Tenant) -> list[tuple[str, int, str]]:
    entries = trail.page(tenant.customer.pk, action="tool.call", limit=10).entries
    return [(e["tool"], e["units"], e["outcome"]) for e in reversed(entries)]


def test_a_text_to_a_thread_goes_by_its_platforms_tool_and_is_charged_once(
    api: Api, world: World, ours: Tenant
) -> None:
    thread = rest(api, ours.key, "hermes_inbox", {}).data["threads"][0]
    before = _used(ours)
    told = _send(api, ours, to=thread["id"])
    assert (told.data["platform"], told.data["tool"]) == ("whatsapp", "whatsapp_send_text")
    assert told.data["thread_id"] == thread["id"]
    assert len(_sends(world)) == 1
    assert _used(ours) - before == 1
    assert _calls(ours)[-2:] == [("hermes_send", 0, "ok"), ("whatsapp_send_text", 1, "ok")]
    read = rest(api, ours.key, "hermes_get_thread", {"thread_id": thread["id"]}).data
    assert [m["direction"] for m in read["messages"]] == ["out", "in"]


def test_a_send_repeated_under_its_key_is_done_once(api: Api, world: World, ours: Tenant) -> None:
    first, again = (_send(api, ours, idempotency_key="order-7") for _ in range(2))
    assert len(_sends(world)) == 1
    assert again.data == first.data
    assert again.meta["replayed"] is True
    assert _used(ours) == 1


def test_a_dry_run_tells_the_platforms_request_and_sends_nothing(
    api: Api, world: World, ours: Tenant
) -> None:
    told = _send(api, ours, dry_run=True)
    assert told.data["dry_run"] is True
    assert told.data["request"]["body"]["text"]["body"] == "It is on its way."
    assert (_sends(world), _used(ours)) == ([], 0)


def test_outside_the_window_nothing_is_sent_and_the_templates_that_take_the_text_are_named(
    api: Api, world: World, ours: Tenant
) -> None:
    _make_template(api, ours, "News of your order: {{1}} Thank you.", "order_news")
    _make_template(api, ours, "Dear {{1}}, your code is {{2}}, keep it.", "two_gaps")
    _close_window(ours)
    world.forget()
    used = _used(ours)
    told = _send(api, ours)
    assert told.code == "window_closed"
    assert "order_news" in told.error["carry_the_text"]
    assert "two_gaps" not in told.error["carry_the_text"]
    assert "order_news" in told.error["message"]
    assert (_sends(world), _used(ours)) == ([], used)


@pytest.mark.parametrize("wanted", ["auto", "order_news"])
def test_outside_the_window_the_text_goes_inside_a_template_the_caller_agreed_to(
    api: Api, world: World, ours: Tenant, wanted: str
) -> None:
    _make_template(api, ours, "News of your order: {{1}} Thank you.", "order_news")
    _close_window(ours)
    used = _used(ours)
    told = _send(api, ours, template=wanted)
    assert (told.code, told.data["tool"]) == ("ok", "whatsapp_send_template")
    assert _used(ours) - used == 1
    sent = Message.objects.of(ours.customer).get(upstream_id=told.meta["upstream_id"])
    assert "It is on its way." in sent.text


def test_a_template_that_does_not_fit_sends_nothing(api: Api, world: World, ours: Tenant) -> None:
    _make_template(api, ours, "Dear {{1}}, your code is {{2}}, keep it.", "two_gaps")
    _close_window(ours)
    world.forget()
    assert _send(api, ours, template="two_gaps").code == "window_closed"
    assert _send(api, ours, template="auto", text="two\nlines").code == "window_closed"
    assert _sends(world) == []


def test_a_new_contact_is_written_to_by_the_only_account_that_reaches_it(
    api: Api, world: World, ours: Tenant
) -> None:
    told = _send(api, ours, to="+1 415 555 0199")
    assert (told.code, told.data["platform"]) == ("ok", "whatsapp")
    assert _send(api, ours, to="nobody at all").code == "invalid_argument"
    assert _send(api, ours, channel="probe").code == "not_connected"
    assert _send(api, ours, channel="nowhere").code == "not_found"


def test_two_accounts_that_reach_a_new_contact_are_named(api: Api, world: World, ours: Tenant) -> None:
    account = world.platforms.open_account("whatsapp")
    second = connections.link(ours.customer.pk, "whatsapp", account.credentials, label="second shop")
    assert _send(api, ours, to="+14155550199").code == "ambiguous_account"
    told = _send(api, ours, to="+14155550199", channel="second shop")
    assert (told.code, told.data["account"]) == ("ok", second.account)
    assert _send(api, ours).data["account"] != "second shop"


def test_a_contact_of_two_accounts_is_answered_where_a_free_text_may_go(
    api: Api, world: World, ours: Tenant
) -> None:
    account = world.platforms.open_account("whatsapp")
    second = connections.link(ours.customer.pk, "whatsapp", account.credentials, label="second shop")
    also = dataclasses.replace(ours, connections={"whatsapp": second.public_id})
    also.hear("whatsapp", ADA, "hello, second shop")
    assert _send(api, ours).data["account"] == "second shop"
    long_ago = clock.now() - TOO_LONG_AGO
    Thread.objects.of(ours.customer).filter(connection=second.pk).update(last_in_at=long_ago)
    told = _send(api, ours)
    assert (told.code, told.data["account"] != "second shop") == ("ok", True)
    assert _send(api, ours, channel="second shop").code == "window_closed"


def test_a_key_that_may_not_send_by_the_platforms_tool_may_not_send_this_way(
    api: Api, world: World, ours: Tenant
) -> None:
    limits = Limits(scopes=["tools:read", "tools:write"], tools=["hermes_send"])
    key = keys.issue(ours.customer.pk, name="one", mode="live", limits=limits).text
    told = rest(api, key, "hermes_send", {"to": ADA, "text": "hello"})
    assert (told.code, _sends(world)) == ("forbidden", [])


def test_a_used_up_quota_stops_a_send_before_the_platform_is_asked(
    api: Api, world: World, ours: Tenant
) -> None:
    _send(api, ours)
    UsagePeriod.objects.filter(customer=ours.customer).update(quota=1)
    world.forget()
    told = _send(api, ours)
    assert (told.code, _sends(world), _used(ours)) == ("quota_exceeded", [], 1)
    assert _calls(ours)[-2:] == [
        ("hermes_send", 0, "quota_exceeded"),
        ("whatsapp_send_text", 0, "quota_exceeded"),
    ]


def test_mc19_a_send_whose_client_leaves_is_done_once_and_recorded(
    api: Api, world: World, ours: Tenant
) -> None:
    headers = [(b"authorization", f"Bearer {ours.key}".encode())]
    caller = api.run(auth.authenticate(headers, address="127.0.0.1", surface="rest"))
    gate = asyncio.Event()
    answer = world.platforms.told_by_account

    async def slowly(*asked: Any) -> Any:
        await gate.wait()
        return await answer(*asked)

    async def leave() -> None:
        world.platforms.answer = slowly
        arguments = {"to": ADA, "text": "It is on its way."}
        task = asyncio.ensure_future(execute(caller, ToolCall(tool="hermes_send", arguments=arguments)))
        while not _sends(world):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.set()

    api.run(leave())
    until = time.monotonic() + 10
    while "started" in [outcome for _, _, outcome in _calls(ours)] and time.monotonic() < until:
        time.sleep(0.01)
    assert _calls(ours) == [("hermes_send", 0, "ok"), ("whatsapp_send_text", 1, "ok")]
    assert (len(_sends(world)), _used(ours)) == (1, 1)
