"""What must hold when many do it at once, or when Redis is away."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection as database

from hermes.core.errors import Conflict, HermesError, PlanLimit, Unauthenticated
from tenants import connections, customers, keys
from tenants.models import ApiKey, Connection, Customer
from tenants.tests.conftest import Link
from tests.support.upstream import Upstream


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act answered or raised, all begun at the same moment in threads of their own."""
    told: list[Any] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        gate.wait(10)
        try:
            told.append(act())
        except HermesError as error:
            told.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


def test_an_account_claimed_by_many_at_once_goes_to_one(make_customer: Any, upstream: Upstream) -> None:
    people = [make_customer(f"c{i}") for i in range(6)]
    account = f"wanted-{people[0].customer.pk}"
    upstream.script.extend([(200, {}, {"id": account, "name": "Wanted"})] * len(people))

    def claim(person: Any) -> Connection:
        return connections.link(person.customer.pk, "probe", {"token": "t"})

    told = at_once([partial(claim, person) for person in people])
    assert sum(isinstance(t, Connection) for t in told) == 1
    assert sum(isinstance(t, Conflict) for t in told) == len(people) - 1
    assert Connection.objects.unscoped().filter(live_claim=f"probe:{account}").count() == 1


def test_the_same_account_linked_twice_at_once_is_one_connection(acme: Any, upstream: Upstream) -> None:
    account = f"twice-{acme.customer.pk}"
    upstream.script.extend([(200, {}, {"id": account, "name": "Twice"})] * 4)
    told = at_once([lambda: connections.link(acme.customer.pk, "probe", {"token": "t"})] * 4)
    assert {t.public_id for t in told} == {Connection.objects.of(acme.customer).get().public_id}


def test_keys_issued_at_once_stay_within_the_plan(make_customer: Any) -> None:
    free = make_customer("acme", plan="free")
    told = at_once([lambda: keys.issue(free.customer.pk, name="k", mode="live")] * 8)
    assert sum(isinstance(t, PlanLimit) for t in told) == 6
    assert ApiKey.objects.of(free.customer).count() == 4


def test_customers_made_at_once_with_one_e_mail_are_one(acme: Any) -> None:
    email = f"race-{acme.email}"
    told = at_once([lambda: customers.create(email=email, name=email)] * 4)
    assert sum(isinstance(t, Conflict) for t in told) == 3
    assert Customer.objects.filter(name=email).count() == 1


@pytest.fixture
def no_redis(settings: Any, tmp_path: Any) -> None:
    """Redis is away."""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"


def test_f08_without_redis_keys_work_and_changes_stand(acme: Any, link: Link, no_redis: None) -> None:
    made = link(acme.customer)
    issued = keys.issue(acme.customer.pk, name="k", mode="live")
    assert [c.public_id for c in keys.load_principal(issued.text).connections] == [made.public_id]
    assert keys.load_principal(acme.test_key).mode == "test"
    connections.pause(acme.customer.pk, made.public_id)
    keys.revoke(acme.customer.pk, issued.key.public_id)
    with pytest.raises(Unauthenticated):
        keys.load_principal(issued.text)
    assert connections.get(acme.customer.pk, made.public_id).status == "paused"


def test_f08_the_sandbox_is_made_when_redis_is_back(acme: Any, settings: Any, tmp_path: Any) -> None:
    back = settings.REDIS_URL
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert "whatsapp" not in {c.platform for c in keys.load_principal(acme.test_key).connections}
    settings.REDIS_URL = back
    assert "whatsapp" in {c.platform for c in keys.load_principal(acme.test_key).connections}
