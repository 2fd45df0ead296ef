"""Online rotation: every customer's data key is wrapped anew by the first key of the ring, in batches.

A data key stays the same while its wrapping changes, so readers with the old wrapping at hand go on. What
is done is marked by the row's kid: a run that was killed goes on where it stopped.
"""

import dataclasses
from collections.abc import Iterator, Sequence

from django.db import transaction

from connectors.registry import all_connectors
from hermes.core import crypto
from hermes.core.errors import HermesError
from hermes.core.keyring import ring
from tenants import credentials, data_keys
from tenants.models import Connection, Customer

BATCH = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `failed` are public ids with the reason."""

    done: int
    total: int
    failed: tuple[tuple[str, str], ...] = ()


def rewrap_all() -> Iterator[Progress]:
    """Wrap all data keys with the ring's first key; tells the state after each batch of 200 customers.

    A row that does not open is left as it is and told in `failed`.
    """
    waiting = Customer.objects.exclude(data_key="").exclude(data_key_kid=ring().primary_kid)
    total, done, last, failed = waiting.count(), 0, 0, []
    while batch := list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        with transaction.atomic():
            for customer in batch:
                try:
                    _rewrap(customer)
                except crypto.SealError as error:
                    failed.append((customer.public_id, error.message))
        done += len(batch)
        yield Progress(done, total, tuple(failed))


def verify_all() -> Iterator[Progress]:
    """Open every data key and every stored credential; tells the state after each batch of 200 customers."""
    keyed = Customer.objects.exclude(data_key="")
    total, done, last, failed = keyed.count(), 0, 0, []
    while batch := list(keyed.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        failed += _unreadable(batch)
        done += len(batch)
        yield Progress(done, total, tuple(failed))


def _rewrap(customer: Customer) -> None:
    wrapped = data_keys.rewrap(customer.public_id, customer.data_key)
    # Compare and set: a key that was destroyed or rewrapped meanwhile stays as it is.
    Customer.objects.filter(pk=customer.pk, data_key=customer.data_key).update(
        data_key=wrapped, data_key_kid=data_keys.kid_of(wrapped)
    )


def _unreadable(customers: Sequence[Customer]) -> list[tuple[str, str]]:
    failed: dict[str, str] = {}
    for customer in customers:
        try:
            data_keys.unwrap(customer.public_id, customer.data_key)
        except crypto.SealError as error:
            failed[customer.public_id] = error.message
    stored = Connection.objects.unscoped().select_related("customer").exclude(sealed="")
    for connection in stored.filter(customer__in=customers, platform__in=all_connectors()):
        try:
            credentials.of_connection(connection)
        except HermesError as error:
            failed[connection.public_id] = error.message
    return list(failed.items())
