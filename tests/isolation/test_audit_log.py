"""The audit trail shows a customer its own acts and calls, by whatever way it is asked for."""

import json
from typing import Any

import pytest

from audit import chain, export, trail
from audit.models import AuditEntry
from audit.trail import FILTERS
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import Tenant


@pytest.fixture
def theirs(api: Api, theirs: Tenant) -> Tenant:
    """The stranger, with calls that went well and calls that were refused, by every surface."""
    for call in SURFACES.values():
        call(api, theirs.key, "probe_echo", {"text": "canary-of-globex"})
        call(api, theirs.key, "probe_send", {"to": "canary-of-globex", "text": ""})
    return theirs


def entries(api: Api, tenant: Tenant, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = api.get(f"/api/audit?limit=3{query}{cursor}", tenant.key).json()
        found += page["entries"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_the_trail_holds_all_of_ones_own_and_nothing_else(api: Api, ours: Tenant, theirs: Tenant) -> None:
    assert SURFACES["rest"](api, ours.key, "probe_echo", {"text": "mine"}).code == "ok"
    for tenant, other in ((ours, theirs), (theirs, ours)):
        own = AuditEntry.objects.filter(customer=tenant.customer).values_list("public_id", flat=True)
        told = entries(api, tenant)
        assert {e["id"] for e in told} == set(own)
        assert other.connections["probe"] not in json.dumps(told)
    assert "canary-of-globex" not in json.dumps(entries(api, ours))
    assert "canary-of-globex" in json.dumps(entries(api, theirs))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_by_the_strangers_values_finds_ones_own_only(
    api: Api, ours: Tenant, theirs: Tenant, name: str
) -> None:
    mine = {e["id"] for e in entries(api, ours)}
    for value in {e[name] for e in entries(api, theirs)} - {""}:
        assert {e["id"] for e in entries(api, ours, f"&{name}={value}")} <= mine


def test_a_time_window_finds_ones_own_only(api: Api, ours: Tenant, theirs: Tenant) -> None:
    mine = {e["id"] for e in entries(api, ours)}
    assert {e["id"] for e in entries(api, ours, "&since=2020-01-01T00:00:00Z")} == mine


def test_a_change_in_the_strangers_chain_is_the_strangers_alone(
    api: Api, ours: Tenant, theirs: Tenant
) -> None:
    for tenant in (ours, theirs):
        chain.seal(tenant.customer.pk)
    rows = AuditEntry.objects.filter(customer=theirs.customer, seq=2)
    was = rows.get().detail
    rows.update(detail="changed")
    assert chain.verify(theirs.customer.pk) == 2
    assert chain.verify(ours.customer.pk) is None
    rows.update(detail=was)
    assert chain.verify(theirs.customer.pk) is None


def test_an_export_holds_ones_own_only(api: Api, ours: Tenant, theirs: Tenant) -> None:
    exported = "".join(export.jsonl_lines(trail.entries(ours.customer.pk)))
    assert "canary-of-globex" not in exported
    assert exported.count("\n") == AuditEntry.objects.filter(customer=ours.customer).count()
