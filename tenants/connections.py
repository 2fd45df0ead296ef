"""Connections: accounts of a customer at platforms, from linking to disconnecting."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from connectors.kit.connector import Connector
from connectors.kit.credentials import Credentials
from connectors.registry import all_connectors
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, HermesError, NeedsReauth, NotFound
from tenants import accounts, changes, credentials as vault, linking, probes, states, texts, webhooks
from tenants.actors import SYSTEM, Actor
from tenants.models import Connection, Customer
from tenants.oauth import signing_out
from tenants.refusals import mark_needs_reauth

get = accounts.get


def listed(customer_id: int, *, mode: str | None = None) -> "QuerySet[Connection]":
    """The customer's connections (of one mode where given), oldest first, without the disconnected ones."""
    rows = Connection.objects.of(customer_id).select_related("grant").exclude(status=states.REVOKED)
    rows = rows.order_by("pk")
    return rows if mode is None else rows.filter(mode=mode)


def totals() -> dict[str, int]:
    """How many accounts of all customers together are in each status, the sandbox's left out."""
    own = Connection.objects.unscoped().exclude(source=Connection.Source.SANDBOX)
    return dict(own.order_by().values_list("status").annotate(Count("pk")))


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
    (another customer's account, a label in use) and what the connector's `verify` raises. A platform that
    cannot be told where to post is told later, and the connection says so until then.
    """
    by.require("connections:manage")
    connector = connector_of(platform)
    draft = linking.draft(Customer.objects.get(pk=customer_id), platform, mode)
    by.require_mode(mode)
    credentials = connector.credentials.parse(given)
    label = None if label is None else texts.checked(label, argument="label", limit_chars=linking.LIMIT_LABEL)
    try:
        identity = probes.identify(connector, draft, credentials) if verify else None
    except HermesError as refusal:
        by.record(customer_id, "connection.refused", refusal.message, outcome=refusal.code, connection=draft)
        raise
    connection = linking.place(draft, credentials, identity, label=label, by=by)
    webhooks.register(connection)
    return connection


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
        identity = probes.identify(connector_of(connection.platform), connection, credentials)
    except NeedsReauth as refusal:
        mark_needs_reauth(customer_id, public_id, refusal.message, version=connection.version, by=by)
        raise
    confirmed = linking.confirm(connection, identity, by=by)
    webhooks.register(confirmed)
    return confirmed


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
        changes.announce(connection.customer.public_id, lists=["tools"], mode=connection.mode)
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
        granted = signing_out.taken_out(connection, credentials)
        states.move(connection, states.REVOKED)
        connection.sealed, connection.live_claim, connection.routes = "", None, []
        address, connection.webhook_address, connection.webhook_fault = connection.webhook_address, "", ""
        connection.version += 1
        connection.save()
        by.record(customer_id, "connection.disconnected", connection.account, connection=connection)
        changes.announce(connection.customer.public_id, lists=["tools"], mode=connection.mode)
    posting = webhooks.unregister(connection, credentials, address)
    outcome, sentence = signing_out.withdraw(connection, credentials, granted)
    by.record(customer_id, "connection.withdrawn", sentence, outcome=outcome, connection=connection)
    return connection, f"{posting} {sentence}".strip()


@repeated
def _moved(customer_id: int, public_id: str, to: str, action: str, by: Actor) -> Connection:
    with transaction.atomic():
        connection = _managed(customer_id, public_id, by, lock=True)
        states.move(connection, to)
        connection.save(update_fields=["status", "status_reason", "updated_at"])
        by.record(customer_id, action, connection.account, connection=connection)
        changes.announce(connection.customer.public_id, lists=["tools"], mode=connection.mode)
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


def connector_of(platform: str) -> Connector:
    """The platform's connector. Raises NotFound, which names the platforms there are."""
    try:
        return all_connectors()[platform]
    except KeyError:
        raise NotFound(
            f"There is no platform '{platform[:32]}'. The platforms are {', '.join(all_connectors())}."
        ) from None
