"""Erasing a customer: everything of it goes, a tombstone with its id stays (GDPR, article 17)."""

import dataclasses
import shutil
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.dispatch import Signal

from billing import paid
from hermes.core import epoch, redis
from hermes.core.errors import Conflict, HermesError
from tenants import belongings, changes, connections, context, keys, payments, routing, single_user
from tenants.actors import Actor
from tenants.models import ApiKey, Customer

BATCH = 500
# Sent before the rows go, with `accounts`: what is kept about them elsewhere goes too. A receiver's fault
# ends the erasure, which can be done again.
erasing = Signal()


@dataclasses.dataclass(frozen=True, slots=True)
class Erased:
    """What went: rows by model, Redis keys, and how each platform took it."""

    rows: dict[str, int]
    redis_keys: int
    platforms: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """An account of the erased customer: its connection (public id), the platform's ids nobody else has.

    Who pays for it at Stripe is one too, without a connection.
    """

    platform: str
    connection: str
    ids: frozenset[str]


def erase(customer: Customer, *, by: Actor) -> Erased:
    """Erase the customer. It can be called again after a failure, and then goes on.

    Keys end first, then the platforms are told, then the data key is destroyed, so that what backups hold
    cannot be read any more; rows, Redis keys and vault files follow. Users who belong to no other
    customer go too. Raises Conflict for the operator.
    """
    by.require("customer:manage")
    if customer.public_id == single_user.OPERATOR:
        raise Conflict("The operator cannot be erased; unset MCP_API_KEY instead.")
    _end_keys(customer, by)
    accounts = _accounts(customer)
    unconfirmed = _withdraw(customer, by)
    _entomb(customer)
    erasing.send(sender=Customer, accounts=accounts)
    users = list(customer.memberships.values_list("user", flat=True))
    rows = {
        model._meta.label: _delete(belongings.rows_of(model, customer))
        for model in belongings.models_of_customers()
    }
    lonely = get_user_model().objects.filter(pk__in=users, memberships=None, is_staff=False)
    rows[get_user_model()._meta.label] = _delete(lonely)
    shutil.rmtree(context.vault_folder(customer.public_id), ignore_errors=True)
    found = _forget_in_redis(customer)
    by.record(customer.pk, "customer.erased", f"{sum(rows.values())} rows")
    return Erased({label: count for label, count in rows.items() if count}, found, tuple(unconfirmed))


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


def _withdraw(customer: Customer, by: Actor) -> list[str]:
    unconfirmed = [
        f"stripe {payer}: Cancel its subscriptions at Stripe, where it is charged as before."
        for payer in paid.payers_of(customer.pk)
    ]
    for connection in connections.listed(customer.pk):
        try:
            _, sentence = connections.disconnect(customer.pk, connection.public_id, by=by)
        except HermesError as error:
            sentence = error.message
        unconfirmed.append(f"{connection.platform} {connection.account}: {sentence}")
    return unconfirmed


def _entomb(customer: Customer) -> None:
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(
            status=Customer.Status.ERASED, name="Erased", instructions="", data_key="", data_key_kid=""
        )
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
