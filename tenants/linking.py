"""Putting a proved account in its place: claim, label, sealed credentials, in one transaction."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

from django.db import IntegrityError, transaction
from django.dispatch import Signal

from billing import subscriptions
from connectors.kit.connector import Identity
from connectors.kit.credentials import Credentials
from hermes.core import clock
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, InvalidArgument, PlanLimit
from tenants import changes, credentials as vault, states, texts
from tenants.actors import SYSTEM, Actor
from tenants.models import ApiKey, Connection, Customer
from tenants.oauth import grants
from tenants.oauth.grants import Granted

# Sent after the commit, with `platform` and `ids`, when a live connection has got these platform ids.
account_linked = Signal()
LIMIT_LABEL = 80
LIMIT_SANDBOX = 50  # connections in the sandbox cost nothing and are no part of a plan


def draft(customer: Customer, platform: str, mode: str) -> Connection:
    """A connection that is not saved yet. Raises InvalidArgument for an unknown mode."""
    if mode not in ApiKey.Mode.values:
        raise InvalidArgument("'mode' is 'live' or 'test'.", details={"argument": "mode"})
    source = Connection.Source.SANDBOX if mode == ApiKey.Mode.TEST else Connection.Source.CUSTOMER
    return Connection(customer=customer, platform=platform, mode=mode, source=source)


@repeated
def place(
    drafted: Connection,
    credentials: Credentials,
    identity: Identity | None,
    *,
    label: str | None,
    granted: Granted | None = None,
    by: Actor = SYSTEM,
) -> Connection:
    """Save a draft, or give the customer's connection to the same account these credentials.

    `granted` is what the platform gave with them, None where they came otherwise. Raises PlanLimit and
    Conflict (another customer's account, a label in use).
    """
    with _claiming(drafted, identity, by) as customer:
        # A copy, because an act that is repeated must begin with a draft that was never saved.
        connection = _same_account(drafted, identity) or copy.copy(drafted)
        if connection._state.adding or connection.status == states.REVOKED:
            _require_room(connection)
        default = identity.label if identity else connection.platform
        connection.account = label_for(connection, label, default=default)
        connection.sealed = vault.seal(customer.public_id, customer.data_key, connection, credentials)
        connection.version += 1
        if identity is not None:
            _settle(connection, identity)
            if connection.status != states.ACTIVE:
                states.move(connection, states.ACTIVE)
        connection.save()
        grants.keep(connection, granted)
        by.record(customer.pk, "connection.linked", connection.account, connection=connection)
    return connection


@repeated
def confirm(verified: Connection, identity: Identity, *, by: Actor) -> Connection:
    """Write down that the stored credentials work; what waited becomes active, what is paused stays so.

    Raises Conflict (changed since `verified` was read, another customer's account).
    """
    with _claiming(verified, identity, by) as customer:
        connection = Connection.objects.of(customer).select_related("customer").get(pk=verified.pk)
        if connection.version != verified.version or connection.status == states.REVOKED:
            raise Conflict("The account was changed meanwhile. Verify it again.")
        _settle(connection, identity)
        if connection.status in (states.PENDING, states.NEEDS_REAUTH):
            states.move(connection, states.ACTIVE)
        connection.save()
        by.record(customer.pk, "connection.verified", connection.account, connection=connection)
    return connection


def label_for(connection: Connection, wanted: str | None, *, default: str) -> str:
    """The label to save: the one wanted, else the one it has, else the default made unique.

    A disconnected connection gives its label up. Raises Conflict where the wanted one is in use.
    """
    if wanted is None and connection.account:
        return connection.account
    others = Connection.objects.of(connection.customer_id).exclude(pk=connection.pk)
    others = others.filter(platform=connection.platform, mode=connection.mode)
    taken = {c.account.casefold() for c in others if c.status != states.REVOKED}
    label = wanted or _free(
        texts.tidied(default, limit_chars=LIMIT_LABEL, otherwise=connection.platform), taken
    )
    if label.casefold() in taken:
        raise Conflict(
            f"Another account is called '{label}'. Choose another label.", details={"argument": "label"}
        )
    for other in others:
        if other.account.casefold() == label.casefold():
            others.filter(pk=other.pk).update(account=f"{other.account[:40]} {other.public_id}")
    return label


def _free(label: str, taken: set[str]) -> str:
    if label.casefold() not in taken:
        return label
    numbered = (f"{label[: LIMIT_LABEL - 4]} {number}" for number in count(2))
    return next(text for text in numbered if text.casefold() not in taken)


def _settle(connection: Connection, identity: Identity) -> None:
    connection.external_id = identity.external_id
    connection.identity = {"label": identity.label, **identity.details}
    connection.routes = list(identity.routes)
    connection.live_claim = _claim(connection, identity)
    connection.verified_at = clock.now()
    if connection.mode == ApiKey.Mode.LIVE:
        told = partial(
            account_linked.send,
            Connection,
            platform=connection.platform,
            ids=[identity.external_id, *identity.routes],
        )
        transaction.on_commit(told, robust=True)


def _claim(connection: Connection, identity: Identity) -> str | None:
    """What no two connections hold at once; the sandbox's accounts are everybody's."""
    if connection.mode != ApiKey.Mode.LIVE or not identity.claimed:
        return None
    return f"{connection.platform}:{identity.external_id}"


def _same_account(drafted: Connection, identity: Identity | None) -> Connection | None:
    if identity is None:
        return None
    same = Connection.objects.of(drafted.customer_id).select_related("customer")
    return (
        same.filter(platform=drafted.platform, mode=drafted.mode, external_id=identity.external_id)
        .exclude(source=Connection.Source.ENVIRONMENT)
        .order_by("pk")
        .first()
    )


def _require_room(connection: Connection) -> None:
    plan = subscriptions.plan_of(connection.customer_id)
    limit = plan.connections if connection.mode == ApiKey.Mode.LIVE else LIMIT_SANDBOX
    held = Connection.objects.of(connection.customer_id).filter(mode=connection.mode)
    if held.exclude(status=states.REVOKED).count() >= limit:
        raise PlanLimit(
            f"The {plan.name} plan has {limit} connected accounts. Disconnect one or change the plan.",
            details={"limit": limit},
        )


@contextmanager
def _claiming(connection: Connection, identity: Identity | None, by: Actor) -> Iterator[Customer]:
    """A transaction with the customer's row locked; a claim that another one holds becomes Conflict."""
    try:
        with transaction.atomic():
            customer = Customer.objects.select_for_update().get(pk=connection.customer_id)
            yield customer
            changes.announce(customer.public_id, lists=["tools"], mode=connection.mode)
    except IntegrityError:
        claim = identity and _claim(connection, identity)
        holder = Connection.objects.unscoped().filter(live_claim=claim).first() if claim else None
        if holder is None:
            raise
        if holder.customer_id == connection.customer_id:
            raise Conflict(f"This account is connected already, as '{holder.account}'.") from None
        _record_clash(connection, holder, by)
        raise Conflict(
            "This account is connected to another Hermes customer. Disconnect it there first, or ask support."
        ) from None


def _record_clash(connection: Connection, holder: Connection, by: Actor) -> None:
    refused = f"{connection.platform}: the account belongs to another customer"
    by.record(
        connection.customer_id, "connection.refused", refused, outcome="conflict", connection=connection
    )
    attempted = f"Another customer tried to connect '{holder.account}' and was refused."
    SYSTEM.record(
        holder.customer_id, "connection.contested", attempted, outcome="conflict", connection=holder
    )
