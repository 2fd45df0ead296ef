"""Entries go when their days are over, from the old end of the chain, and the rest still verifies (AD15)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from audit import chain, heads, records, retention
from audit.models import AuditEntry, ChainHead
from hermes.core import clock

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def ninety_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_rules", [lambda _: 90])


@pytest.fixture
def write_at(acme: Any) -> Callable[..., None]:
    """Write and seal entries of acme as of so many days ago."""

    def write(days_ago: float, count: int = 1) -> None:
        with time_machine.travel(clock.now() - days_ago * DAY, tick=False):
            for _ in range(count):
                records.record(customer_id=acme.customer.pk, action="sample", actor="x", surface="rest")
            chain.seal(acme.customer.pk)

    return write


def count(customer: Any) -> int:
    return AuditEntry.objects.filter(customer=customer).count()


def test_ad15_after_89_days_all_is_kept_and_after_91_it_is_gone(acme: Any) -> None:
    customer = acme.customer.pk
    records.record(customer_id=customer, action="sample", actor="x", surface="rest")
    chain.seal(customer)
    before = count(customer)
    with time_machine.travel(clock.now() + 89 * DAY):
        assert retention.purge(customer) == 0
        assert count(customer) == before
        records.record(customer_id=customer, action="later", actor="x", surface="rest")
        chain.seal(customer)
    with time_machine.travel(clock.now() + 91 * DAY):
        assert retention.purge(customer) == before
        assert list(AuditEntry.objects.filter(customer=customer).values_list("action", flat=True)) == [
            "later"
        ]
        assert chain.verify(customer) is None


def test_ad15_a_chain_goes_on_over_a_purge_of_everything(acme: Any, write_at: Callable[..., None]) -> None:
    customer = acme.customer.pk
    with time_machine.travel(clock.now() + 100 * DAY):
        chain.seal(customer)
        retention.purge(customer)
        assert count(customer) == 0
        assert chain.verify(customer) is None
        records.record(customer_id=customer, action="next", actor="x", surface="rest")
        chain.seal(customer)
        assert chain.verify(customer) is None
        first = AuditEntry.objects.get(customer=customer)
        assert first.seq == ChainHead.objects.get(customer=customer).base_seq + 1 > 1


def test_ad15_tampering_after_a_purge_is_still_named(acme: Any) -> None:
    customer = acme.customer.pk
    with time_machine.travel(clock.now() + 91 * DAY):
        chain.seal(customer)
        retention.purge(customer)
        for _ in range(5):
            records.record(customer_id=customer, action="later", actor="x", surface="rest")
        chain.seal(customer)
        third = ChainHead.objects.get(customer=customer).base_seq + 3
        AuditEntry.objects.filter(customer=customer, seq=third).update(detail="changed")
        assert chain.verify(customer) == third


def test_many_are_purged_in_batches(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = acme.customer.pk
    for _ in range(23):
        records.record(customer_id=customer, action="sample", actor="x", surface="rest")
    chain.seal(customer)
    monkeypatch.setattr(retention, "BATCH", 5)
    with time_machine.travel(clock.now() + 91 * DAY):
        assert retention.purge(customer) >= 23
        assert count(customer) == 0
        assert chain.verify(customer) is None


def test_what_is_not_sealed_yet_is_not_purged(acme: Any) -> None:
    customer = acme.customer.pk
    chain.seal(customer)
    records.record(customer_id=customer, action="unsealed", actor="x", surface="rest")
    with time_machine.travel(clock.now() + 91 * DAY):
        retention.purge(customer)
        assert list(AuditEntry.objects.filter(customer=customer).values_list("action", flat=True)) == [
            "unsealed"
        ]
        chain.seal(customer)
        retention.purge(customer)
        assert count(customer) == 0


def test_a_young_entry_sealed_early_keeps_what_was_sealed_after_it(
    acme: Any, write_at: Callable[..., None]
) -> None:
    chain.seal(acme.customer.pk)
    before = count(acme.customer.pk)
    write_at(200, count=3)
    assert retention.purge(acme.customer.pk) == 0
    assert count(acme.customer.pk) == before + 3


def test_each_customer_is_kept_by_its_own_rule(acme: Any, globex: Any) -> None:
    retention.keep_by(lambda customer_id: 30 if customer_id == acme.customer.pk else 365)
    for customer in (acme.customer.pk, globex.customer.pk):
        records.record(customer_id=customer, action="sample", actor="x", surface="rest")
        chain.seal(customer)
    with time_machine.travel(clock.now() + 31 * DAY):
        assert retention.purge(acme.customer.pk) > 0
        assert retention.purge(globex.customer.pk) == 0


def test_a_broken_head_is_not_purged(acme: Any) -> None:
    chain.seal(acme.customer.pk)
    before = count(acme.customer.pk)
    ChainHead.objects.filter(customer=acme.customer.pk).update(seq=10**6)
    with time_machine.travel(clock.now() + 91 * DAY):
        with pytest.raises(heads.ChainBroken):
            retention.purge(acme.customer.pk)
        retention.purge_all()
    assert count(acme.customer.pk) == before


def test_a_run_purges_every_customer(acme: Any, globex: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {acme.customer.pk, globex.customer.pk}
    retention.keep_by(lambda customer_id: 90 if customer_id in mine else 10_000)
    for customer in mine:
        records.record(customer_id=customer, action="sample", actor="x", surface="rest")
        chain.seal(customer)
    with time_machine.travel(clock.now() + 91 * DAY):
        retention.purge_all()
    assert AuditEntry.objects.filter(customer__in=mine).count() == 0
