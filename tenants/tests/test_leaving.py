"""A customer that its owner has erased: nobody works for it from then on, and a worker does the rest."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from billing import paid
from hermes.core import clock
from hermes.core.errors import Conflict, InsufficientScope, Unauthenticated
from tenants import actors, belongings, erasure, export, keys, leaving, members
from tenants.models import Customer, Erasure
from tenants.roles import ROLES
from tenants.tests.conftest import Link, acts
from tests.support.api import Api
from tests.support.upstream import Upstream


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """What another test left on its way is not gone on with here."""
    Erasure.objects.update(leased_until=clock.now() + timedelta(days=1))
    yield
    Erasure.objects.update(leased_until=clock.now() + timedelta(days=1))


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What is heard of erasures that ended."""
    heard: list[dict[str, Any]] = []

    def hear(**what: Any) -> None:
        heard.append(what)

    erasure.erased.connect(hear)
    yield heard
    erasure.erased.disconnect(hear)


def left_of(customer: Customer) -> int:
    return sum(belongings.rows_of(m, customer).count() for m in belongings.models_of_customers())


def by_role(role: str) -> actors.Actor:
    return actors.Actor(name="user:1", surface="portal", permissions=ROLES[role])


def test_asked_for_it_opens_nothing_and_nobody_belongs_to_it(api: Api, acme: Any) -> None:
    [owner] = members.listed(acme.customer.pk)
    erasure.ask(acme.customer.pk, by=by_role("owner"))
    assert api.get("/api/tools", acme.live_key).status_code in (401, 403)
    assert members.of_user(owner.user_id) == []
    assert left_of(acme.customer) > 1
    with pytest.raises(Conflict):
        erasure.ask(acme.customer.pk, by=by_role("owner"))


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"owner"}))
def test_only_an_owner_asks(acme: Any, role: str) -> None:
    with pytest.raises(InsufficientScope):
        erasure.ask(acme.customer.pk, by=by_role(role))
    assert Customer.objects.get(pk=acme.customer.pk).status == "active"


def test_ad12_worker_erases_it_with_its_archives_and_its_owners_hear_what_platforms_said(
    acme: Any, globex: Any, link: Link, told: list[dict[str, Any]]
) -> None:
    link(acme.customer, label="shop")
    archive = export.folder(acme.customer.public_id) / "exp_1.zip"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"canary")
    others = left_of(globex.customer)
    erasure.ask(acme.customer.pk, by=by_role("owner"))
    assert leaving.go_on() == 1
    assert (left_of(acme.customer), acts(acme.customer)) == (1, ["customer.erased"])
    assert Customer.objects.get(pk=acme.customer.pk).status == "erased"
    assert not archive.parent.exists()
    assert not get_user_model().objects.filter(email=acme.email).exists()
    assert left_of(globex.customer) == others
    assert not Erasure.objects.filter(subject=acme.customer).exists()
    [heard] = told
    assert (heard["name"], heard["addresses"]) == ("acme", [acme.email])
    assert any(line.startswith("probe shop: ") for line in heard["told"])
    with pytest.raises(Unauthenticated):
        keys.load_principal(acme.live_key)


def test_what_platforms_said_is_not_lost_where_a_worker_is_and_another_goes_on(
    acme: Any, link: Link, told: list[dict[str, Any]], monkeypatch: Any
) -> None:
    link(acme.customer, label="shop")
    erasure.ask(acme.customer.pk, by=by_role("owner"))
    with monkeypatch.context() as patched:
        patched.setattr(erasure, "_forget_in_redis", lambda _: 1 / 0)
        assert leaving.go_on() == 0
    assert Customer.objects.get(pk=acme.customer.pk).status == "erasing"
    assert leaving.go_on() == 0  # it rests for a minute
    Erasure.objects.filter(subject=acme.customer).update(leased_until=clock.now())
    assert leaving.go_on() == 1
    [heard] = told
    assert heard["addresses"] == [acme.email]
    assert any(line.startswith("probe shop: ") for line in heard["told"])


@pytest.mark.parametrize(
    ("status", "said"), [(200, "Subscriptions that were cancelled: 1."), (500, "Cancel its subscriptions")]
)
def test_what_is_paid_is_cancelled_and_said_where_it_could_not_be(
    acme: Any, upstream: Upstream, settings: Any, told: list[dict[str, Any]], status: int, said: str
) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", upstream.base
    settings.OPERATOR_BASES = frozenset({*settings.OPERATOR_BASES, upstream.base})
    payer = f"cus_{acme.customer.pk}"
    paid.link(acme.customer.pk, payer)
    one = {"id": "sub_1", "object": "subscription"}
    upstream.script.append((status, {}, {"object": "list", "data": [one], "has_more": False}))
    upstream.respond = lambda _: one
    upstream.asked.clear()
    erasure.erase(acme.customer, by=actors.SYSTEM)
    assert any(line.startswith(f"stripe {payer}: ") and said in line for line in told[0]["told"])
    ended = [asked.path for asked in upstream.asked if asked.method == "DELETE"]
    assert ended == (["/v1/subscriptions/sub_1"] if status == 200 else [])
