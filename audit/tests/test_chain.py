"""Sealed entries stand as they were written, or `verify` names the first that does not (AD01)."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from audit import chain, heads, records
from audit.log import Closing, Opening, close_rows, open_rows
from audit.models import AuditEntry, ChainHead
from hermes.core import clock, ids

Tamper = Callable[[int], object]


def write(customer_id: int, count: int = 1) -> list[AuditEntry]:
    return [
        records.record(customer_id=customer_id, action=f"sample.{n}", actor="command:test", surface="command")
        for n in range(count)
    ]


def seal_everything(customer_id: int) -> None:
    while chain.seal(customer_id):
        pass


def rows(customer_id: int, **filters: Any) -> Any:
    return AuditEntry.objects.filter(customer=customer_id, **filters)


@pytest.fixture
def sealed(acme: Any) -> int:
    """The number of a customer with at least twelve sealed entries."""
    write(acme.customer.pk, 12)
    seal_everything(acme.customer.pk)
    return int(acme.customer.pk)


def test_a_chain_of_untouched_entries_holds(sealed: int) -> None:
    assert chain.verify(sealed) is None
    assert list(rows(sealed).order_by("pk").values_list("seq", flat=True)) == list(
        range(1, rows(sealed).count() + 1)
    )


def test_a_customer_without_entries_holds() -> None:
    assert chain.verify(2**40) is None


def test_entries_not_sealed_yet_do_not_break_it_and_are_sealed_next(sealed: int) -> None:
    write(sealed, 2)
    assert chain.verify(sealed) is None
    assert chain.seal(sealed) == 2
    assert chain.seal(sealed) == 0
    assert chain.verify(sealed) is None


CHANGES: dict[str, Tamper] = {
    "a text": lambda c: rows(c, seq=5).update(detail="nothing happened"),
    "the actor": lambda c: rows(c, seq=5).update(actor="user:1"),
    "the outcome": lambda c: rows(c, seq=5).update(outcome="forbidden"),
    "the units": lambda c: rows(c, seq=5).update(units=7),
    "the arguments": lambda c: rows(c, seq=5).update(arguments="{}"),
    "the public id": lambda c: rows(c, seq=5).update(public_id=ids.new("aud")),
    "the time by a microsecond": lambda c: rows(c, seq=5).update(
        at=rows(c, seq=5).get().at + timedelta(microseconds=1)
    ),
    "the MAC": lambda c: rows(c, seq=5).update(mac="0" * 64),
    "one entry, removed": lambda c: rows(c, seq=5).delete(),
    "everything from there, removed": lambda c: rows(c, seq__gte=5).delete(),
    "one entry, unsealed": lambda c: rows(c, seq=5).update(seq=None, mac=""),
    "two entries, swapped": lambda c: swap(c, 5, 6),
    "one entry, replaced by another's seal": lambda c: rows(c, seq=5).update(mac=rows(c, seq=6).get().mac),
}


def swap(customer_id: int, one: int, other: int) -> None:
    macs = {seq: rows(customer_id, seq=seq).get().mac for seq in (one, other)}
    rows(customer_id, seq=one).update(seq=10**6)
    rows(customer_id, seq=other).update(seq=one, mac=macs[one])
    rows(customer_id, seq=10**6).update(seq=other, mac=macs[other])


@pytest.mark.parametrize("change", CHANGES)
def test_ad01_a_change_behind_our_back_is_named_by_its_first_entry(sealed: int, change: str) -> None:
    CHANGES[change](sealed)
    assert chain.verify(sealed) == 5


def test_ad01_what_is_sealed_after_a_change_does_not_hide_it(sealed: int) -> None:
    rows(sealed, seq=5).update(detail="nothing happened")
    write(sealed, 3)
    seal_everything(sealed)
    assert chain.verify(sealed) == 5


def test_ad01_an_entry_put_in_behind_the_end_is_named(sealed: int) -> None:
    last = rows(sealed).order_by("-seq").first()
    AuditEntry(
        customer_id=sealed, public_id=ids.new("aud"), at=clock.now(), closed_at=clock.now(), action="forged",
        actor="user:1", surface="rest", outcome="ok", seq=last.seq + 1, mac=last.mac,
    ).save()  # fmt: skip
    assert chain.verify(sealed) == last.seq + 1


def test_ad01_an_entry_of_another_customer_does_not_fit(sealed: int, globex: Any) -> None:
    write(globex.customer.pk, 12)
    seal_everything(globex.customer.pk)
    rows(globex.customer.pk, seq=5).delete()
    rows(sealed, seq=5).update(customer=globex.customer.pk)
    assert (chain.verify(sealed), chain.verify(globex.customer.pk)) == (5, 5)


HEAD_CHANGES: dict[str, Tamper] = {
    "shortened with its entries": lambda c: cut_end(c, 8),
    "moved forward over purged entries": lambda c: cut_start(c, 4),
    "removed": lambda c: ChainHead.objects.filter(customer=c).delete(),
}


def cut_end(customer_id: int, seq: int) -> None:
    mac = rows(customer_id, seq=seq).get().mac
    rows(customer_id, seq__gt=seq).delete()
    ChainHead.objects.filter(customer=customer_id).update(seq=seq, mac=mac)


def cut_start(customer_id: int, seq: int) -> None:
    mac = rows(customer_id, seq=seq).get().mac
    rows(customer_id, seq__lte=seq).delete()
    ChainHead.objects.filter(customer=customer_id).update(base_seq=seq, base_mac=mac)


@pytest.mark.parametrize("change", HEAD_CHANGES)
def test_ad01_a_forged_head_is_found_and_nothing_is_sealed_on_top(sealed: int, change: str) -> None:
    HEAD_CHANGES[change](sealed)
    assert chain.verify(sealed) is not None
    write(sealed)
    with pytest.raises(heads.ChainBroken):
        chain.seal(sealed)
    assert chain.verify(sealed) is not None


def test_a_broken_chain_does_not_keep_others_from_being_sealed(sealed: int, globex: Any) -> None:
    ChainHead.objects.filter(customer=sealed).update(mac="0" * 64)
    write(sealed)
    write(globex.customer.pk)
    chain.seal_all()
    assert not rows(globex.customer.pk, seq__isnull=True).exists()
    assert rows(sealed, seq__isnull=True).exists()


def test_only_closed_calls_are_sealed_and_the_others_when_they_close(acme: Any) -> None:
    customer_id, call_id = acme.customer.pk, ids.new("call")
    opening = Opening(
        call_id=call_id,
        customer_id=customer_id,
        at=clock.now(),
        actor="key:1",
        surface="mcp",
        tool="t",
        mode="test",
    )
    in_transaction(open_rows, opening)
    write(customer_id, 2)
    seal_everything(customer_id)
    assert rows(customer_id, public_id=call_id).get().seq is None
    in_transaction(close_rows, Closing(call_id=call_id, at=clock.now(), outcome="ok", units=1, duration_ms=3))
    seal_everything(customer_id)
    assert rows(customer_id, public_id=call_id).get().seq == rows(customer_id).count()
    assert chain.verify(customer_id) is None


def test_a_sealed_call_is_not_closed_again(acme: Any) -> None:
    customer_id, call_id = acme.customer.pk, ids.new("call")
    opening = Opening(
        call_id=call_id, customer_id=customer_id, at=clock.now(), actor="key:1", surface="mcp", tool="t",
        mode="test", outcome="outcome_unknown",
    )  # fmt: skip
    in_transaction(open_rows, opening)
    seal_everything(customer_id)
    in_transaction(close_rows, Closing(call_id=call_id, at=clock.now(), outcome="ok", units=1, duration_ms=3))
    assert rows(customer_id, public_id=call_id).get().outcome == "outcome_unknown"
    assert chain.verify(customer_id) is None


def in_transaction(write_rows: Callable[[Any, list[Any]], object], row: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        write_rows(cursor, [row])


def test_runs_at_the_same_time_make_one_chain(acme: Any) -> None:
    customer_id = acme.customer.pk
    write(customer_id, 40)
    threads = [threading.Thread(target=seal_apart, args=(customer_id,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not rows(customer_id, seq__isnull=True).exists()
    assert chain.verify(customer_id) is None


def test_a_call_that_is_closed_while_sealing_runs_is_sealed_as_it_was_closed(acme: Any) -> None:
    customer_id, call_id = acme.customer.pk, ids.new("call")
    opening = Opening(
        call_id=call_id, customer_id=customer_id, at=clock.now(), actor="key:1", surface="mcp", tool="t",
        mode="test", outcome="outcome_unknown",
    )  # fmt: skip
    in_transaction(open_rows, opening)
    sealing = threading.Thread(target=seal_apart, args=(customer_id,))
    with transaction.atomic(), connection.cursor() as cursor:
        close_rows(cursor, [Closing(call_id=call_id, at=clock.now(), outcome="ok", units=1, duration_ms=3)])
        sealing.start()
        sealing.join(0.3)
    sealing.join(30)
    seal_everything(customer_id)
    assert rows(customer_id, public_id=call_id).get().outcome == "ok"
    assert chain.verify(customer_id) is None


def seal_apart(customer_id: int) -> None:
    try:
        seal_everything(customer_id)
    finally:
        connections.close_all()


def test_a_long_chain_is_sealed_in_batches_and_read_in_pages(
    acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "BATCH", 7)
    monkeypatch.setattr(chain, "_PAGE", 5)
    write(acme.customer.pk, 33)
    chain.seal_all()
    assert not rows(acme.customer.pk, seq__isnull=True).exists()
    assert chain.verify(acme.customer.pk) is None
    rows(acme.customer.pk, seq=31).update(actor=uuid.uuid4().hex)
    assert chain.verify(acme.customer.pk) == 31
