"""An act whose transaction the database undid is done again, and nothing else is."""

import threading
from typing import Any

import pytest
from django import db
from django.db import connection, transaction

from hermes.core.deadlocks import ATTEMPTS, repeated
from tenants.models import Customer

DEADLOCK = db.OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


class Failing:
    """An act that fails so many times."""

    def __init__(self, times: int, error: Exception) -> None:
        self.times, self.error, self.calls = times, error, 0

    def __call__(self, word: str) -> str:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return f"done {word}"


def test_a_lost_deadlock_is_repeated() -> None:
    act = Failing(2, DEADLOCK)
    assert repeated(act)("well") == "done well"
    assert act.calls == 3


def test_it_is_not_repeated_for_ever() -> None:
    act = Failing(100, DEADLOCK)
    with pytest.raises(db.OperationalError):
        repeated(act)("well")
    assert act.calls == ATTEMPTS


@pytest.mark.parametrize(
    "error", [db.OperationalError(2006, "gone away"), db.IntegrityError(1062, "twice"), ValueError()]
)
def test_another_error_is_not_repeated(error: Exception) -> None:
    act = Failing(1, error)
    with pytest.raises(type(error)):
        repeated(act)("well")
    assert act.calls == 1


def test_inside_a_transaction_it_is_not_repeated() -> None:
    act = Failing(1, DEADLOCK)
    with pytest.raises(db.OperationalError), transaction.atomic():
        repeated(act)("well")
    assert act.calls == 1


@pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has one writer, so no deadlocks")
def test_two_acts_that_lock_the_same_rows_in_opposite_order_both_come_to_their_end(
    acme: Any, globex: Any
) -> None:
    both_have_one = threading.Barrier(2, timeout=10)
    first_try = threading.local()

    @repeated
    def rename(one: Any, other: Any) -> None:
        with transaction.atomic():
            Customer.objects.filter(pk=one.pk).update(name="renamed")
            if not getattr(first_try, "over", False):
                first_try.over = True
                both_have_one.wait()
            Customer.objects.filter(pk=other.pk).update(name="renamed")

    def act(one: Any, other: Any) -> None:
        try:
            rename(one, other)
        finally:
            connection.close()

    pairs = ((acme.customer, globex.customer), (globex.customer, acme.customer))
    threads = [threading.Thread(target=act, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert set(Customer.objects.filter(name="renamed").values_list("pk", flat=True)) >= {
        acme.customer.pk,
        globex.customer.pk,
    }
