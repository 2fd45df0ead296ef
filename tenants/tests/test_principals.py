"""What a key stands for, read anew after every change."""

import asyncio
import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from hermes.core import epoch
from hermes.core.errors import Unauthenticated
from tenants import connections, customers, keys, refusals
from tenants.tests.conftest import Link


def test_a_principal_has_its_customer_its_plan_and_the_accounts_of_its_mode(acme: Any, link: Link) -> None:
    made = link(acme.customer, label="Main")
    principal = keys.load_principal(acme.live_key)
    assert (principal.customer_id, principal.customer) == (acme.customer.pk, acme.customer.public_id)
    assert (principal.customer_name, principal.customer_status) == ("acme", "active")
    assert (principal.plan.slug, principal.mode) == ("growth", "live")
    (view,) = principal.connections
    assert (view.id, view.public_id, view.account) == (made.pk, made.public_id, "Main")
    assert (view.platform, view.status, view.sealed) == ("probe", "active", made.sealed)
    tester = keys.load_principal(acme.test_key)
    assert tester.mode == "test"
    assert {c.mode for c in tester.connections} <= {"test"}


def test_a_principal_is_read_in_few_queries(
    acme: Any, link: Link, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        link(acme.customer)
    keys.load_principal(acme.live_key)
    with django_assert_max_num_queries(4):
        keys.load_principal(acme.live_key)


def test_a_suspended_customers_principal_says_so(acme: Any) -> None:
    customers.suspend(acme.customer, reason="unpaid")
    assert keys.load_principal(acme.live_key).customer_status == "suspended"
    customers.resume(acme.customer)
    assert keys.load_principal(acme.live_key).customer_status == "active"


def test_rc05_a_changed_plan_is_the_next_principals(acme: Any) -> None:
    customers.change_plan(acme.customer, "free")
    assert keys.load_principal(acme.live_key).plan.slug == "free"


def current(customer: Any) -> str | None:
    return asyncio.run(epoch.current(customer.public_id))


def test_every_change_raises_the_epoch_of_its_customer_only(acme: Any, globex: Any, link: Link) -> None:
    made = link(acme.customer)
    issued = keys.issue(acme.customer.pk, name="k", mode="live")
    changes: list[Any] = [
        lambda: keys.issue(acme.customer.pk, name="k", mode="live"),
        lambda: keys.rotate(acme.customer.pk, issued.key.public_id),
        lambda: keys.revoke(acme.customer.pk, issued.key.public_id),
        lambda: connections.pause(acme.customer.pk, made.public_id),
        lambda: connections.resume(acme.customer.pk, made.public_id),
        lambda: connections.relabel(acme.customer.pk, made.public_id, "x"),
        lambda: refusals.mark_needs_reauth(acme.customer.pk, made.public_id, "x"),
        lambda: link(acme.customer, made.external_id),
        lambda: connections.disconnect(acme.customer.pk, made.public_id),
        lambda: customers.change_plan(acme.customer, "starter"),
        lambda: customers.describe(acme.customer, name="ACME", instructions="Be brief."),
        lambda: customers.suspend(acme.customer),
        lambda: customers.resume(acme.customer),
    ]
    stranger = current(globex.customer)
    seen = [current(acme.customer)]
    for change in changes:
        change()
        seen.append(current(acme.customer))
    assert len(set(seen)) == len(seen)
    assert None not in seen
    assert current(globex.customer) == stranger


CHILD = """
import asyncio, json, sys, time
import django
django.setup()
from hermes.core import epoch
from hermes.core.errors import Unauthenticated
from tenants import keys

key, customer = sys.argv[1:]
keys.load_principal(key)
known = asyncio.run(epoch.current(customer))
print("ready", flush=True)
while asyncio.run(epoch.current(customer)) == known:
    time.sleep(0.01)
seen = time.time()
try:
    keys.load_principal(key)
except Unauthenticated:
    print(json.dumps({"seen": seen}), flush=True)
"""


def test_au05_another_process_learns_of_a_revocation_within_5_s(acme: Any) -> None:
    issued = keys.issue(acme.customer.pk, name="k", mode="live")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, issued.text, acme.customer.public_id],
        stdout=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "hermes.settings.test"},
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        keys.revoke(acme.customer.pk, issued.key.public_id)
        revoked = time.time()
        told = json.loads(child.stdout.readline())
    assert told["seen"] - revoked <= 5
    with pytest.raises(Unauthenticated):
        keys.load_principal(issued.text)
