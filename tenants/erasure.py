"""Erasing a customer: everything of it goes, a tombstone with its id stays (GDPR, article 17)."""

import dataclasses
import shutil
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.dispatch import Signal

from billing import paid
from hermes.core import clock, epoch, redis
from hermes.core.errors import Conflict, HermesError
from tenants import (
    belongings,
    changes,
    connections,
    context,
    customers,
    export,
    keys,
    members,
    payments,
    routing,
    single_user,
)
from tenants.actors import Actor
from tenants.models import ApiKey, Customer, Erasure, Membership

BATCH = 500
LEASE = timedelta(minutes=11)  # longer than a worker is let work on one
# Sent before the rows go, with `accounts`: what is kept about them elsewhere goes too. A receiver's fault
# ends the erasure, which can be done again.
erasing = Signal()
# Sent in the transaction that ends it, with `name` (the customer's), `addresses` (its owners') and `told`
# (what became of platforms and payments).
erased = Signal()


@dataclasses.dataclass(frozen=True, slots=True)
class Erased:
    """What went: rows by model, Redis keys, and how platforms and payments took it."""

    rows: dict[str, int]
    redis_keys: int
    told: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """An account of the erased customer: its connection (public id), the platform's ids nobody else has.

    Who pays for it at Stripe is one too, without a connection.
    """

    platform: str
    connection: str
    ids: frozenset[str]


def ask(customer_id: int, *, by: Actor) -> None:
    """Have a customer erased: nobody works for it from the commit on, and a worker does the rest.

    Raises InsufficientScope, and Conflict for the operator and where it is on its way already.
    """
    by.require("customer:manage")
    with transaction.atomic():
        customer = customers.locked(customer_id)
        if customer.status != Customer.Status.ACTIVE:
            raise Conflict(f"The customer is {customer.status}.")
        _begin(customer)
        Erasure.objects.filter(subject=customer).update(leased_until=clock.now())
        by.record(customer.pk, "customer.erasing")


def erase(customer: Customer, *, by: Actor) -> Erased:
    """Erase the customer now. What stops on the way is gone on with by a worker, or by another call.

    Keys end first, then the platforms are told, subscriptions are cancelled and the data key is destroyed,
    so that what backups hold cannot be read any more; rows, files and Redis keys follow. Users who belong
    to no other customer go too. Raises Conflict for the operator.
    """
    by.require("customer:manage")
    with transaction.atomic():
        erasure = _begin(customers.locked(customer.pk))
    _end_keys(customer, by)
    accounts = _accounts(customer)
    _withdraw(customer, erasure, by)
    Customer.objects.filter(pk=customer.pk).update(data_key="", data_key_kid="")
    erasing.send(sender=Customer, accounts=accounts)
    users = list(customer.memberships.values_list("user", flat=True))
    rows = {
        model._meta.label: _delete(belongings.rows_of(model, customer))
        for model in belongings.models_of_customers()
    }
    lonely = get_user_model().objects.filter(pk__in=users, memberships=None, is_staff=False)
    rows[get_user_model()._meta.label] = _delete(lonely)
    for folder in (context.vault_folder(customer.public_id), export.folder(customer.public_id)):
        shutil.rmtree(folder, ignore_errors=True)
    found = _forget_in_redis(customer)
    _entomb(customer, erasure, f"{sum(rows.values())} rows", by)
    return Erased({label: count for label, count in rows.items() if count}, found, tuple(erasure.told))


def _begin(customer: Customer) -> Erasure:
    """Have nobody work for the locked customer any more, and note that it goes, leased to the caller."""
    if customer.public_id == single_user.OPERATOR:
        raise Conflict("The operator cannot be erased; unset MCP_API_KEY instead.")
    owners = members.listed(customer.pk).filter(role=Membership.Role.OWNER)
    addresses = [membership.user.email for membership in owners if membership.user.email]
    until = clock.now() + LEASE
    erasure, is_new = Erasure.objects.get_or_create(
        subject=customer, defaults={"addresses": addresses, "leased_until": until}
    )
    if not is_new:
        erasure.leased_until = until
        erasure.save(update_fields=["leased_until"])
    Customer.objects.filter(pk=customer.pk).update(status=Customer.Status.ERASING)
    changes.announce(customer.public_id)
    return erasure


def _end_keys(customer: Customer, by: Actor) -> None:
    for key in keys.listed(customer.pk).filter(revoked_at=None):
        keys.revoke(customer.pk, key.public_id, by=by)


def _accounts(customer: Customer) -> list[Account]:
    found = []
    for connection in customer.connections.order_by("pk"):
        is_live = connection.mode == ApiKey.Mode.LIVE
        names = {connection.external_id, *connection.routes} - {""} if is_live else set()
        own = frozenset(name for name in names if not _is_others(customer, connection.platform, name))
        found.append(Account(connection.platform, connection.public_id, own))
    if payers := paid.payers_of(customer.pk):
        found.append(Account(payments.SENDER, "", frozenset(payers)))
    return found


def _is_others(customer: Customer, platform: str, name: str) -> bool:
    return any(c.customer_id != customer.pk for c in routing.addressed(platform, [name]))


def _withdraw(customer: Customer, erasure: Erasure, by: Actor) -> None:
    """Disconnect the accounts and end the payments; what came of it is noted at once, lest it be lost."""
    for connection in connections.listed(customer.pk):
        try:
            _, sentence = connections.disconnect(customer.pk, connection.public_id, by=by)
        except HermesError as error:
            sentence = error.message
        if connection.mode == ApiKey.Mode.LIVE:
            _note(erasure, f"{connection.platform} {connection.account}: {sentence}")
    for payer in paid.payers_of(customer.pk):
        _note(erasure, f"stripe {payer}: {payments.cancel(payer)}")


def _note(erasure: Erasure, sentence: str) -> None:
    if sentence not in erasure.told:
        erasure.told.append(sentence)
        erasure.save(update_fields=["told"])


def _entomb(customer: Customer, erasure: Erasure, detail: str, by: Actor) -> None:
    with transaction.atomic():
        name = Customer.objects.values_list("name", flat=True).get(pk=customer.pk)
        erased.send(sender=Customer, name=name, addresses=erasure.addresses, told=tuple(erasure.told))
        Customer.objects.filter(pk=customer.pk).update(
            status=Customer.Status.ERASED, name="Erased", instructions=""
        )
        erasure.delete()
        by.record(customer.pk, "customer.erased", detail)
        changes.announce(customer.public_id)


def _delete(rows: "models.QuerySet[Any]") -> int:
    deleted = 0
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._base_manager.filter(pk__in=batch).delete()
        deleted += len(batch)
    return deleted


def _forget_in_redis(customer: Customer) -> int:
    client = redis.sync_client()
    # Whatever name holds the unique id is the customer's. The epoch stays for its day: without it, what a
    # process read before the last change would pass for current.
    named = client.scan_iter(match=f"*{customer.public_id}*", count=1000)
    found = [key for key in named if key.decode() != epoch.key(customer.public_id)]
    for key in found:
        client.unlink(key)
    return len(found)
