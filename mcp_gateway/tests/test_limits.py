"""Quota, rate, revocation and what happens when a part is down."""

import asyncio
import time
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from billing.models import UsagePeriod
from billing.subscriptions import change_plan
from hermes.core import epoch
from hermes.core.threads import blocking
from mcp_gateway import auth, journal
from mcp_gateway.calls import ToolCall
from mcp_gateway.executor import execute
from mcp_gateway.tests.test_tool_calls import entries, used
from tenants import customers
from tenants.models import ApiKey
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

ECHO = {"text": "x"}


def echo(api: Api, key: str) -> Any:
    return api.post("/api/tools/probe_echo", key, ECHO)


def test_a_spent_quota_refuses_and_says_so(api: Api, probed: Probed, upstream: Upstream) -> None:
    assert echo(api, probed.key).json()["meta"]["quota_left"] == 199_999
    UsagePeriod.objects.filter(customer=probed.customer, mode="live").update(used=199_999)
    assert echo(api, probed.key).json()["meta"]["quota_left"] == 0
    refused = api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"})
    assert (refused.status_code, refused.json()["code"]) == (402, "quota_exceeded")
    assert upstream.asked == []
    assert entries(api, probed.key)[0]["outcome"] == "quota_exceeded"
    assert used(api, probed.key) == 200_000


def test_more_calls_a_minute_than_the_plan_has_are_told_when_to_come_again(api: Api, connect: Any) -> None:
    probed = connect(plan="free")
    statuses = [echo(api, probed.key) for _ in range(31)]
    assert [s.status_code for s in statuses[:30]] == [200] * 30
    last = statuses[-1]
    assert (last.status_code, last.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(last.headers["retry-after"]) <= 2


def test_one_customers_rate_is_not_anothers(api: Api, connect: Any) -> None:
    noisy, quiet = connect("acme", plan="free"), connect("globex", plan="free")
    for _ in range(31):
        echo(api, noisy.key)
    assert echo(api, quiet.key).status_code == 200


def test_au05_a_revoked_key_is_refused_at_once(api: Api, probed: Probed) -> None:
    made = api.post("/api/keys", probed.key, {"name": "second", "scopes": ["tools:read"]}).json()
    assert echo(api, made["secret"]).status_code == 200
    assert api.request("DELETE", f"/api/keys/{made['key']['id']}", probed.key).status_code in (200, 204)
    assert echo(api, made["secret"]).status_code == 401


def test_au05_a_cached_credential_of_another_epoch_is_read_anew(api: Api, probed: Probed) -> None:
    """What another process sees: its cache holds the key, only the epoch tells it."""
    assert echo(api, probed.key).status_code == 200
    assert echo(api, probed.key).status_code == 200
    ApiKey.objects.of(probed.customer).filter(mode="live").update(revoked_at=timezone.now())
    assert echo(api, probed.key).status_code == 200
    epoch.raise_epoch(probed.customer.public_id)
    assert echo(api, probed.key).status_code == 401


def test_au09_a_suspended_customer_is_refused_at_once(api: Api, probed: Probed) -> None:
    assert echo(api, probed.key).status_code == 200
    customers.suspend(probed.customer)
    refused = echo(api, probed.key)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_rc05_a_smaller_plan_holds_from_the_next_call(api: Api, probed: Probed) -> None:
    for _ in range(3):
        assert echo(api, probed.key).status_code == 200
    UsagePeriod.objects.filter(customer=probed.customer, mode="live").update(used=1_500)
    change_plan(probed.customer.pk, "free")
    epoch.raise_epoch(probed.customer.public_id)
    refused = echo(api, probed.key)
    assert (refused.status_code, refused.json()["code"]) == (402, "quota_exceeded")


def test_rc07_a_call_after_disconnect_finds_no_account(api: Api, probed: Probed, upstream: Upstream) -> None:
    assert echo(api, probed.key).status_code == 200
    gone = api.request("DELETE", f"/api/connections/{probed.connection}", probed.key)
    assert gone.status_code in (200, 204), gone.text
    refused = api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "y"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_connected")
    assert upstream.asked == []


def test_au13_a_thousand_bad_keys_from_one_address_are_throttled(api: Api, probed: Probed) -> None:
    headers = [(b"authorization", b"Bearer hms_live_nonsense")]

    async def tries() -> list[str]:
        codes = []
        for _ in range(130):
            try:
                await auth.authenticate(headers, address="203.0.113.77", surface="rest")
            except Exception as error:
                codes.append(getattr(error, "code", repr(error)))
        return codes

    codes = api.run(tries())
    assert codes[0] == "unauthenticated"
    assert codes[-1] == "rate_limited"
    assert echo(api, probed.key).status_code == 200


def test_a_key_with_addresses_is_refused_elsewhere(api: Api, probed: Probed) -> None:
    made = api.post(
        "/api/keys",
        probed.key,
        {"name": "office", "scopes": ["tools:read"], "addresses": ["203.0.113.0/24"]},
    ).json()
    refused = echo(api, made["secret"])
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_bd06_a_forwarding_header_of_a_stranger_changes_no_address(
    api: Api, probed: Probed, name: str
) -> None:
    made = api.post(
        "/api/keys",
        probed.key,
        {"name": "office", "scopes": ["tools:read"], "addresses": ["203.0.113.0/24"]},
    ).json()
    refused = api.post("/api/tools/probe_echo", made["secret"], ECHO, headers={name: "203.0.113.5"})
    assert refused.status_code == 403
    assert api.post("/api/tools/probe_echo", probed.key, ECHO, headers={name: "203.0.113.5"}).is_success
    assert entries(api, probed.key)[0]["address"] == "127.0.0.1"


def _caller(api: Api, key: str) -> Any:
    headers = [(b"authorization", f"Bearer {key}".encode())]
    return api.run(auth.authenticate(headers, address="127.0.0.1", surface="rest"))


def test_mc19_a_send_whose_client_leaves_is_finished_and_recorded(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    caller = _caller(api, probed.key)

    async def leave() -> None:
        upstream.gate = asyncio.Event()
        send = ToolCall(tool="probe_send", arguments={"to": "x", "text": "y"})
        task = asyncio.ensure_future(execute(caller, send))
        while not upstream.asked:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        upstream.gate.set()

    api.run(leave())
    entry = _eventually(
        lambda: next((e for e in entries(api, probed.key) if e["outcome"] != "started"), None)
    )
    assert entry["outcome"] == "ok"
    assert len(upstream.asked) == 1
    assert used(api, probed.key) == 1


def test_mc19_a_read_whose_client_leaves_is_ended_and_costs_nothing(api: Api, probed: Probed) -> None:
    caller = _caller(api, probed.key)
    rows = AuditEntry.objects.filter(customer=probed.customer, tool="probe_hang")

    async def leave() -> None:
        task = asyncio.ensure_future(execute(caller, ToolCall(tool="probe_hang", arguments={})))
        while not await blocking(rows.filter(outcome="started").exists):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    api.run(leave())
    assert _eventually(lambda: rows.filter(outcome="cancelled").first()).units == 0
    assert used(api, probed.key) == 0


def test_mc19_a_read_whose_client_leaves_while_it_is_opened_is_ended_too(
    api: Api, probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = _caller(api, probed.key)
    open_call = journal.open_call

    async def leave() -> None:
        opening = asyncio.Event()

        async def told(*given: Any) -> Any:
            opening.set()
            return await open_call(*given)

        monkeypatch.setattr(journal, "open_call", told)
        task = asyncio.ensure_future(execute(caller, ToolCall(tool="probe_hang", arguments={})))
        await opening.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    api.run(leave())
    rows = AuditEntry.objects.filter(customer=probed.customer, tool="probe_hang")
    assert _eventually(lambda: rows.filter(outcome="cancelled").first()).units == 0
    assert used(api, probed.key) == 0


def _eventually(probe: Any) -> Any:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if (found := probe()) is not None:
            return found
    raise AssertionError("it did not happen within 30 s")
