"""Who pays for one customer reaches no other, and what is at odds with what is known changes nothing."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEntry
from billing.models import StripeCustomer, StripeSubscription
from inbox import deliveries
from inbox.models import WebhookDelivery
from inbox.tests.stripe import Payer, bring, drain, kept, post
from tests.support.api import Api
from tests.support.rows import rows_of

OF_BILLING = ("free", "none")


@pytest.fixture
def people(make_customer: Any) -> tuple[Any, Any]:
    """acme and globex, both on the free plan."""
    return make_customer("acme", plan="free"), make_customer("globex", plan="free")


def standing(api: Api, person: Any) -> tuple[str, str]:
    told = api.get("/api/subscription", person.live_key).json()
    return told["plan"], told["status"]


def test_a_payer_of_acme_that_names_globex_changes_nothing_of_either(
    api: Api, people: tuple[Any, Any]
) -> None:
    acme, globex = people
    payer = Payer()
    bring(api, payer.checkout(acme.customer.public_id), payer.told("created", 1))
    before = [rows_of(person.customer) for person in people]
    told = [
        payer.checkout(globex.customer.public_id, 2),
        payer.told("updated", 3, price="price_growth", metadata={"hermes": globex.customer.public_id}),
        payer.checkout(acme.customer.public_id, 4, metadata={"hermes": globex.customer.public_id}),
    ]
    assert bring(api, *told) == ["quarantined"] * 3
    assert [rows_of(person.customer) for person in people] == before
    assert (standing(api, acme), standing(api, globex)) == (("starter", "active"), OF_BILLING)
    row = kept(told[0])
    assert row is not None
    assert globex.customer.public_id in row.reason
    assert acme.customer.public_id not in row.reason


def test_a_subscription_of_acme_under_a_payer_of_globex_changes_nothing(
    api: Api, people: tuple[Any, Any]
) -> None:
    acme, globex = people
    ours, theirs = Payer(), Payer()
    bring(api, ours.checkout(acme.customer.public_id), ours.told("created", 1))
    bring(api, theirs.checkout(globex.customer.public_id))
    theirs.subscription_id = ours.subscription_id
    assert bring(api, theirs.told("deleted", 9), theirs.invoice("payment_failed", 9)) == ["quarantined"] * 2
    assert (standing(api, acme), standing(api, globex)) == (("starter", "active"), OF_BILLING)
    assert StripeSubscription.objects.get(stripe_id=ours.subscription_id).payment == ""


def test_ids_that_differ_in_case_alone_are_different_payers(api: Api, people: tuple[Any, Any]) -> None:
    acme, globex = people
    payer, upper = Payer(), Payer()
    upper.id, upper.subscription_id = payer.id.upper(), payer.subscription_id.upper()
    bring(api, payer.checkout(acme.customer.public_id), upper.checkout(globex.customer.public_id))
    assert (
        bring(api, payer.told("created", 1), upper.told("created", 1, price="price_growth")) == ["done"] * 2
    )
    assert (standing(api, acme)[0], standing(api, globex)[0]) == ("starter", "growth")


@pytest.mark.parametrize(
    "reference", ["cus_01M82H5TP76HNBVNJE2JT8WC26", "cus_x", "order 12", "1", "' OR 1=1 --", "é" * 300]
)
def test_a_reference_to_nobody_changes_nothing_and_waits_for_staff(api: Api, reference: str) -> None:
    payer = Payer()
    told = payer.checkout(reference)
    assert bring(api, told) == ["quarantined"]
    row = kept(told)
    assert row is not None
    assert "customer" in row.reason
    assert not StripeCustomer.objects.filter(stripe_id=payer.id).exists()


def test_what_nobody_is_linked_to_is_unrouted_and_touches_nobody(api: Api, people: tuple[Any, Any]) -> None:
    payer = Payer()
    before = [rows_of(person.customer) for person in people]
    told = [payer.checkout(None), payer.told("created"), payer.invoice("payment_failed")]
    assert bring(api, *told) == ["unrouted"] * 3
    assert [rows_of(person.customer) for person in people] == before


def test_a_checkout_without_a_payer_links_nothing(api: Api, people: tuple[Any, Any]) -> None:
    acme, _ = people
    assert bring(api, Payer().checkout(acme.customer.public_id, customer=None)) == ["quarantined"]
    assert not StripeCustomer.objects.filter(customer=acme.customer).exists()


def test_each_customer_is_told_of_its_own_subscription(api: Api, people: tuple[Any, Any]) -> None:
    acme, globex = people
    payer = Payer()
    bring(api, payer.checkout(acme.customer.public_id), payer.told("created", 1))
    assert (standing(api, acme), standing(api, globex)) == (("starter", "active"), OF_BILLING)
    for body in (api.get("/api/audit", globex.live_key).text, api.get("/api/usage", globex.live_key).text):
        assert payer.id not in body
    assert api.get("/api/subscription").status_code == 401


def test_several_workers_at_once_apply_every_event_once(api: Api, people: tuple[Any, Any]) -> None:
    payers = []
    for person in people:
        payer = Payer()
        told = [
            payer.told("updated", n, price="price_growth" if n == 11 else "price_starter") for n in range(12)
        ]
        told += [payer.invoice("paid", n) for n in range(4)]
        for body in (*told[::-1], payer.checkout(person.customer.public_id), *told):
            assert post(api, body) == 200
        payers.append(payer)

    def work(_: int) -> None:
        try:
            deliveries.drain(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    drain()
    for person, payer in zip(people, payers, strict=True):
        rows = WebhookDelivery.objects.filter(lane=payer.id)
        assert {*rows.values_list("state", flat=True)} == {"done"}
        assert standing(api, person) == ("growth", "active")
        changed = AuditEntry.objects.filter(customer=person.customer, action="billing.linked")
        assert changed.count() == 1


def test_an_event_that_is_refused_links_nobody_either(api: Api, people: tuple[Any, Any]) -> None:
    acme, _ = people
    payer, before = Payer(), rows_of(acme.customer)
    told = payer.told("created", price="price_secret_deal", metadata={"hermes": acme.customer.public_id})
    assert bring(api, told) == ["quarantined"]
    assert rows_of(acme.customer) == before


WORKER_THAT_DIES = """
import os, signal, sys
from hermes.environment import choose_settings
choose_settings()
import django
django.setup()
from inbox import deliveries
from tenants import changes
changes.announce = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
deliveries.settle(int(sys.argv[1]))
"""


@pytest.mark.kill
def test_f01_a_worker_killed_in_the_middle_of_an_effect_leaves_it_to_the_next(
    api: Api, people: tuple[Any, Any]
) -> None:
    acme, _ = people
    payer = Payer()
    bring(api, payer.checkout(acme.customer.public_id))
    told = payer.told("created", 1)
    assert post(api, told) == 200
    row, before = kept(told), rows_of(acme.customer)
    assert row is not None
    died = subprocess.run(
        [sys.executable, "-c", WORKER_THAT_DIES, str(row.pk)],
        env={**os.environ, "HERMES_ENV": "test"},
        timeout=120,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    row.refresh_from_db()
    assert (row.state, row.tries) == ("received", 1)
    assert rows_of(acme.customer) == before
    assert bring(api, told) == ["done"]
    assert standing(api, acme) == ("starter", "active")


def test_what_failed_between_store_and_effect_is_done_once_by_the_next_try(
    api: Api, people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """WH14: an effect that always raises is tried five times, set aside, and replayed."""
    acme, _ = people
    payer = Payer()
    bring(api, payer.checkout(acme.customer.public_id))
    told = payer.told("created", 1)
    with monkeypatch.context() as broken:

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError

        broken.setattr("tenants.changes.announce", fail)
        states = bring(api, *[told] * deliveries.TRIES)
    assert states == ["received"] * (deliveries.TRIES - 1) + ["quarantined"]
    assert standing(api, acme) == OF_BILLING
    row = kept(told)
    assert row is not None
    assert deliveries.again(WebhookDelivery.objects.filter(pk=row.pk)) == 1
    drain()
    assert standing(api, acme) == ("starter", "active")
    assert AuditEntry.objects.filter(customer=acme.customer, action="billing.subscription").count() == 1
