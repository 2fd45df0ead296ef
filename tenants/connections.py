"""Connections: accounts of a customer at platforms, from linking to disconnecting."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from connectors.kit.connector import Connector
from connectors.kit.credentials import Credentials
from connectors.registry import all_connectors
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, HermesError, NeedsReauth, NotFound
from hermes.core.ids import is_id
from tenants import changes, credentials as vault, linking, probes, states, texts
from tenants.actors import SYSTEM, Actor
from tenants.models import Connection, Customer


def listed(customer_id: int, *, mode: str | None = None) -> "QuerySet[Connection]":
    """The customer's connections (of one mode where given), oldest first, without the disconnected ones."""
    rows = Connection.objects.of(customer_id).exclude(status=states.REVOKED).order_by("pk")
    return rows if mode is None else rows.filter(mode=mode)


def get(customer_id: int, public_id: str, *, mode: str | None = None) -> Connection:
    """One connection, disconnected ones included; where `mode` is given, only of that mode.

    Raises NotFound, for a stranger's connection as for one that never was.
    """
    rows = Connection.objects.of(customer_id).select_related("customer")
    found = rows.filter(public_id=public_id).first() if is_id(public_id, "con") else None
    if found is None or mode not in (None, found.mode):
        raise NotFound("There is no such connection. List the connections and use an id from that list.")
    return found


def link(
    customer_id: int,
    platform: str,
    given: Mapping[str, Any],
    *,
    mode: str = "live",
    label: str | None = None,
    verify: bool = True,
    by: Actor = SYSTEM,
) -> Connection:
    """Connect an account, or give a connected one new credentials; what is refused is not saved.

    Without `verify` the connection stays pending, and unusable, until it is verified. Raises NotFound (no
    such platform), InvalidArgument, InsufficientScope, Forbidden (the key's mode), PlanLimit, Conflict
    (another customer's account, a label in use) and what the connector's `verify` raises.
    """
    by.require("connections:manage")
    connector = _connector(platform)
    draft = linking.draft(Customer.objects.get(pk=customer_id), platform, mode)
    by.require_mode(mode)
    credentials = connector.credentials.parse(given)
    label = None if label is None else texts.checked(label, argument="label", limit_chars=linking.LIMIT_LABEL)
    try:
        identity = probes.identify(connector, draft, credentials) if verify else None
    except HermesError as refusal:
        by.record(customer_id, "connection.refused", refusal.message, outcome=refusal.code, connection=draft)
        raise
    return linking.place(draft, credentials, identity, label=label, by=by)


def verify(customer_id: int, public_id: str, *, by: Actor = SYSTEM) -> Connection:
    """Ask the platform whether the stored credentials still work; a connection that waited becomes active.

    Raises NotFound, Conflict (disconnected, or changed meanwhile), NeedsReauth (the connection then says
    so too) and what else the connector's `verify` raises.
    """
    connection = _managed(customer_id, public_id, by)
    if connection.status == states.REVOKED:
        raise Conflict("This account was disconnected. Connect it again.")
    try:
        credentials = vault.of_connection(connection)
        identity = probes.identify(_connector(connection.platform), connection, credentials)
    except NeedsReauth as refusal:
        mark_needs_reauth(customer_id, public_id, refusal.message, version=connection.version, by=by)
        raise
    return linking.confirm(connection, identity, by=by)


def pause(customer_id: int, public_id: str, *, by: Actor = SYSTEM) -> Connection:
    """Stop all calls to the account, credentials kept. Raises NotFound and Conflict (not active)."""
    return _moved(customer_id, public_id, states.PAUSED, "connection.paused", by)


def resume(customer_id: int, public_id: str, *, by: Actor = SYSTEM) -> Connection:
    """Let calls go on. Raises NotFound and Conflict (not paused)."""
    if _managed(customer_id, public_id, by).status != states.PAUSED:
        raise Conflict("This account is not paused.")
    return _moved(customer_id, public_id, states.ACTIVE, "connection.resumed", by)


@repeated
def relabel(customer_id: int, public_id: str, label: str, *, by: Actor = SYSTEM) -> Connection:
    """Change the name agents use. Raises NotFound, InvalidArgument and Conflict (a label in use)."""
    label = texts.checked(label, argument="label", limit_chars=linking.LIMIT_LABEL)
    with transaction.atomic():
        connection = _managed(customer_id, public_id, by, lock=True)
        connection.account = linking.label_for(connection, label, default=label)
        connection.save(update_fields=["account", "updated_at"])
        by.record(customer_id, "connection.relabelled", label, connection=connection)
        changes.announce(connection.customer.public_id, lists=["tools"])
    return connection


@repeated
def disconnect(customer_id: int, public_id: str, *, by: Actor = SYSTEM) -> tuple[Connection, str]:
    """Destroy the credentials, then take them back at the platform; says in a sentence how that went.

    Raises NotFound and Conflict (disconnected before, or read from the environment).
    """
    with transaction.atomic():
        connection = _managed(customer_id, public_id, by, lock=True)
        if connection.source == Connection.Source.ENVIRONMENT:
            raise Conflict(
                f"This account is read from HERMES_{connection.platform.upper()}_… ; unset these and restart."
            )
        credentials = _still_opened(connection)
        states.move(connection, states.REVOKED)
        connection.sealed, connection.live_claim, connection.routes = "", None, []
        connection.version += 1
        connection.save()
        by.record(customer_id, "connection.disconnected", connection.account, connection=connection)
        changes.announce(connection.customer.public_id, lists=["tools"])
    outcome, sentence = probes.withdraw(_connector(connection.platform), connection, credentials)
    by.record(customer_id, "connection.withdrawn", sentence, outcome=outcome, connection=connection)
    return connection, sentence


@repeated
def mark_needs_reauth(
    customer_id: int, public_id: str, reason: str, *, version: int | None = None, by: Actor = SYSTEM
) -> None:
    """Stop calls to an account whose credentials the platform refuses, until it is connected again.

    Nothing happens where the connection is stopped already, or has newer credentials than `version`.
    """
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer_id)
        connection = get(customer_id, public_id)
        is_newer = version is not None and connection.version != version
        if is_newer or states.NEEDS_REAUTH not in states.MOVES[connection.status]:
            return
        states.move(connection, states.NEEDS_REAUTH, reason)
        connection.save(update_fields=["status", "status_reason", "updated_at"])
        by.record(
            customer_id, "connection.needs_reauth", reason, outcome="needs_reauth", connection=connection
        )
        changes.announce(connection.customer.public_id, lists=["tools"])


@repeated
def _moved(customer_id: int, public_id: str, to: str, action: str, by: Actor) -> Connection:
    with transaction.atomic():
        connection = _managed(customer_id, public_id, by, lock=True)
        states.move(connection, to)
        connection.save(update_fields=["status", "status_reason", "updated_at"])
        by.record(customer_id, action, connection.account, connection=connection)
        changes.announce(connection.customer.public_id, lists=["tools"])
    return connection


def _managed(customer_id: int, public_id: str, by: Actor, *, lock: bool = False) -> Connection:
    by.require("connections:manage")
    if lock:
        Customer.objects.select_for_update().get(pk=customer_id)
    return get(customer_id, public_id, mode=by.mode)


def _still_opened(connection: Connection) -> Credentials | None:
    try:
        return vault.of_connection(connection)
    except HermesError:
        return None


def _connector(platform: str) -> Connector:
    try:
        return all_connectors()[platform]
    except KeyError:
        raise NotFound(
            f"There is no platform '{platform[:32]}'. The platforms are {', '.join(all_connectors())}."
        ) from None
