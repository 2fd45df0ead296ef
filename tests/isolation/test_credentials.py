"""A customer's calls carry the customer's own credentials, whoever else calls."""

from typing import Any

import pytest

from hermes.core import epoch
from tenants import connections
from tenants.models import Connection, Customer
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant, World

CALLS = {"probe": ("probe_fetch", {"item": "thing"}), "whatsapp": ("whatsapp_list_templates", {})}


def put(tenant: Tenant, platform: str, **columns: Any) -> None:
    """Write columns of a connection as somebody with the database's password would."""
    Connection.objects.unscoped().filter(public_id=tenant.connections[platform]).update(**columns)
    epoch.raise_epoch(tenant.customer.public_id)


def row(tenant: Tenant, platform: str) -> Connection:
    return Connection.objects.unscoped().get(public_id=tenant.connections[platform])


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("platform", CALLS)
def test_each_call_carries_its_own_customers_credential_and_no_other(
    api: Api, world: World, ours: Tenant, theirs: Tenant, platform: str, surface: str
) -> None:
    tool, arguments = CALLS[platform]
    for caller, other in ((ours, theirs), (theirs, ours), (ours, theirs)):
        world.forget()
        assert SURFACES[surface](api, caller.key, tool, arguments).code == "ok"
        assert world.asked
        for asked in world.asked:
            assert any(secret in str(asked.headers) for secret in caller.secrets)
            assert not any(secret in repr(asked) for secret in other.secrets)


def test_no_credential_of_the_environment_or_of_anybody_stands_in_for_a_missing_one(
    api: Api, world: World, theirs: Tenant, globex: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original sent from the operator's account where a customer had none."""
    monkeypatch.setenv("HERMES_PROBE_TOKEN", "token-of-the-operator")
    for tool, arguments in CALLS.values():
        answer = api.post(f"/api/tools/{tool}", globex.live_key, arguments)
        assert answer.json()["code"] == "not_connected"
    assert world.asked == []


def _of_another_customer(world: World, ours: Tenant, theirs: Tenant) -> str:
    return row(theirs, "probe").sealed


def _of_another_customer_with_its_data_key(world: World, ours: Tenant, theirs: Tenant) -> str:
    stolen = Customer.objects.get(pk=theirs.customer.pk).data_key
    Customer.objects.filter(pk=ours.customer.pk).update(data_key=stolen)
    return row(theirs, "probe").sealed


def _of_another_platform(world: World, ours: Tenant, theirs: Tenant) -> str:
    return row(ours, "whatsapp").sealed


def _of_another_connection(world: World, ours: Tenant, theirs: Tenant) -> str:
    world.upstream.script.append((200, {}, {"id": f"second-{ours.customer.public_id}", "name": "Second"}))
    second = connections.link(ours.customer.pk, "probe", {"token": "token-of-the-second"})
    world.forget()
    return second.sealed


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    "moved",
    [
        _of_another_customer,
        _of_another_customer_with_its_data_key,
        _of_another_platform,
        _of_another_connection,
    ],
)
def test_te03_ciphertext_from_elsewhere_does_not_open_and_flags_the_connection(
    api: Api, world: World, ours: Tenant, theirs: Tenant, moved: Any, surface: str
) -> None:
    put(ours, "probe", sealed=moved(world, ours, theirs))
    fetch = {"item": "thing", "account": ours.connections["probe"]}
    told = SURFACES[surface](api, ours.key, "probe_fetch", fetch)
    assert told.code == "needs_reauth"
    assert "credential_invalid" in told.error["message"]
    assert world.asked == []
    flagged = api.get(f"/api/connections/{ours.connections['probe']}", ours.key).json()["connection"]
    assert flagged["status"] == "needs_reauth"
    entries = api.get("/api/audit", ours.key).json()["entries"]
    assert {e["action"]: e["outcome"] for e in entries[:2]} == {
        "tool.call": "needs_reauth",
        "connection.needs_reauth": "needs_reauth",
    }
    assert SURFACES[surface](api, ours.key, "probe_fetch", fetch).code == "needs_reauth"
    assert world.asked == []
