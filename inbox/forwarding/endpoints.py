"""The endpoints of a customer: made, changed, given another secret, ended."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q, QuerySet

from billing import subscriptions
from hermes.core import clock, egress
from hermes.core.deadlocks import repeated
from hermes.core.errors import InvalidArgument, NotFound, PlanLimit
from hermes.core.http_types import NotReached
from hermes.core.ids import is_id
from inbox.forwarding import event_types, signing
from inbox.forwarding.models import ForwardedEvent, WebhookEndpoint
from tenants import customers, texts
from tenants.actors import SYSTEM, Actor
from tenants.models import ApiKey, Customer

OVERLAP = timedelta(hours=24)
LIMIT_OVERLAP = timedelta(days=7)
LIMIT_URL = 2048
BY_HAND = "You disabled it."
STOPPED = ("enabled", "disabled_reason", "disabled_at")
BATCH = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint with a new secret, whose text is shown this once."""

    endpoint: WebhookEndpoint
    secret: str = dataclasses.field(repr=False)


def listed(customer_id: int, *, by: Actor) -> "QuerySet[WebhookEndpoint]":
    """The customer's endpoints of the actor's mode, oldest first. Raises InsufficientScope."""
    by.require("webhooks:manage")
    rows = WebhookEndpoint.objects.of(customer_id).order_by("pk")
    return rows if by.mode is None else rows.filter(mode=by.mode)


def get(customer_id: int, public_id: str, *, by: Actor) -> WebhookEndpoint:
    """One endpoint. Raises NotFound, for a stranger's as for one that never was, and InsufficientScope."""
    rows = listed(customer_id, by=by).select_related("customer")
    found = rows.filter(public_id=public_id).first() if is_id(public_id, "whe") else None
    if found is None:
        raise NotFound("There is no such webhook. List the webhooks and use an id from that list.")
    return found


def in_trouble(*, failing_before: datetime, since: datetime) -> "QuerySet[WebhookEndpoint]":
    """All customers' endpoints that fail since before then, or were disabled for it since `since`."""
    failing = Q(enabled=True, failing_since__lte=failing_before)
    given_up = Q(enabled=False, disabled_at__gte=since) & ~Q(disabled_reason=BY_HAND)
    rows = WebhookEndpoint.objects.unscoped().filter(failing | given_up)
    return rows.select_related("customer").order_by("pk")


def host_of(endpoint: WebhookEndpoint) -> str:
    """The host it is at; the rest of its address may hold a secret."""
    return urlsplit(endpoint.url).hostname or ""


@repeated
def create(
    customer_id: int, *, url: str, mode: str, events: Iterable[str], description: str = "", by: Actor
) -> Issued:
    """Make an endpoint of mode live or test.

    Raises InsufficientScope (events of messages need `inbox:read` too), Forbidden (the key's mode),
    InvalidArgument and PlanLimit.
    """
    chosen = _may_listen(event_types.parse(events), by)
    if mode not in ApiKey.Mode.values:
        raise InvalidArgument("'mode' is 'live' or 'test'.", details={"argument": "mode"})
    by.require_mode(mode)
    host = _checked_host(url)
    description = _checked_description(description)
    secret = signing.new_secret()
    with transaction.atomic():
        customer = customers.locked(customer_id)
        _require_room(customer, mode)
        endpoint = WebhookEndpoint(
            customer=customer, url=url, mode=mode, events=chosen, description=description
        )
        endpoint.sealed = signing.seal(customer, endpoint.public_id, secret)
        endpoint.save(force_insert=True)
        by.record(customer_id, "webhook.created", f"{endpoint.public_id} ({mode}) {host}")
    return Issued(endpoint, signing.text_of(secret))


@repeated
def change(
    customer_id: int,
    public_id: str,
    *,
    url: str | None = None,
    events: Iterable[str] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
    by: Actor,
) -> WebhookEndpoint:
    """Change what is given. What waits goes to a new address too, and is dropped when it is disabled.

    Raises as `create` does, and NotFound.
    """
    host = None if url is None else _checked_host(url)
    chosen = None if events is None else event_types.parse(events)
    with transaction.atomic():
        endpoint = _locked(customer_id, public_id, by)
        if url is not None or chosen is not None:
            endpoint.events = _may_listen(chosen or endpoint.events, by)
        if url is not None:
            endpoint.url = url
            _forget_failures(endpoint)
        if description is not None:
            endpoint.description = _checked_description(description)
        if enabled is False and endpoint.enabled:
            _stop(endpoint, BY_HAND)
        elif enabled is True and not endpoint.enabled:
            endpoint.enabled, endpoint.disabled_reason, endpoint.disabled_at = True, "", None
            _forget_failures(endpoint)
        endpoint.save()
        given = {"address": url, "events": events, "description": description, "enabled": enabled}
        changed = ", ".join(name for name, value in given.items() if value is not None)
        by.record(customer_id, "webhook.changed", f"{public_id} {changed}" + (f" to {host}" if host else ""))
    return endpoint


@repeated
def rotate(customer_id: int, public_id: str, *, overlap: timedelta = OVERLAP, by: Actor) -> Issued:
    """Give the endpoint another secret; the one before signs too for `overlap` (0 to 7 days).

    Raises NotFound, InsufficientScope and InvalidArgument.
    """
    if not timedelta() <= overlap <= LIMIT_OVERLAP:
        raise InvalidArgument("'overlap_s' is 0 to 604800.", details={"argument": "overlap_s"})
    secret = signing.new_secret()
    with transaction.atomic():
        endpoint = _locked(customer_id, public_id, by)
        endpoint.sealed_before = endpoint.sealed if overlap else ""
        endpoint.before_until = clock.now() + overlap if overlap else None
        endpoint.sealed = signing.seal(endpoint.customer, public_id, secret)
        endpoint.save(update_fields=["sealed", "sealed_before", "before_until"])
        by.record(customer_id, "webhook.secret_rotated", f"{public_id}, overlap {overlap}")
    return Issued(endpoint, signing.text_of(secret))


@repeated
def delete(customer_id: int, public_id: str, *, by: Actor) -> WebhookEndpoint:
    """End an endpoint with its log. Raises NotFound and InsufficientScope."""
    with transaction.atomic():
        endpoint = _locked(customer_id, public_id, by)
        if endpoint.enabled:
            _stop(endpoint, BY_HAND)
            endpoint.save(update_fields=STOPPED)
    # Without a lock on the customer, whose calls would wait for the end of a long log.
    log = ForwardedEvent.objects.of(customer_id).filter(endpoint=endpoint.pk)
    while batch := list(log.values_list("pk", flat=True)[:BATCH]):
        log.filter(pk__in=batch).delete()
    with transaction.atomic():
        endpoint = _locked(customer_id, public_id, by)
        log.delete()
        WebhookEndpoint.objects.of(customer_id).filter(pk=endpoint.pk).delete()
        by.record(customer_id, "webhook.deleted", public_id)
    return endpoint


@repeated
def give_up(customer_id: int, public_id: str, reason: str) -> None:
    """Disable an endpoint that refuses or has failed for too long; its owner sees why, and the trail too."""
    with transaction.atomic():
        customers.locked(customer_id)
        rows = WebhookEndpoint.objects.of(customer_id).select_for_update()
        endpoint = rows.filter(public_id=public_id, enabled=True).first()
        if endpoint is None:
            return
        _stop(endpoint, reason)
        endpoint.save(update_fields=STOPPED)
        SYSTEM.record(customer_id, "webhook.disabled", f"{public_id}: {reason}", outcome="disabled")


def _forget_failures(endpoint: WebhookEndpoint) -> None:
    endpoint.failing_since = endpoint.failed_at = None
    endpoint.rests_until = clock.now()


def _stop(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.enabled, endpoint.disabled_reason, endpoint.disabled_at = False, reason, clock.now()
    waiting = ForwardedEvent.objects.of(endpoint.customer_id).filter(endpoint=endpoint)
    waiting.filter(state=ForwardedEvent.State.PENDING).update(state=ForwardedEvent.State.FAILED)


def _locked(customer_id: int, public_id: str, by: Actor) -> WebhookEndpoint:
    customers.locked(customer_id)
    found = get(customer_id, public_id, by=by)
    return WebhookEndpoint.objects.of(customer_id).select_for_update().get(pk=found.pk)


def _may_listen(events: list[str], by: Actor) -> list[str]:
    """Who may not read conversations may not have them sent somewhere either."""
    by.require("webhooks:manage")
    if event_types.has_messages(events):
        by.require("inbox:read")
    return events


def _checked_host(url: str) -> str:
    """The host of an address that may be told (SS01-SS08). Raises InvalidArgument."""
    try:
        if len(url) > LIMIT_URL:
            raise InvalidArgument(f"The address is longer than {LIMIT_URL} characters.")
        # Not the operator's base addresses: what is inside for the operator is outside for no customer.
        target = egress.allowed_url(url, bases=())
        egress.resolve_now(target.host, target.port, exempt=target.exempt)
    except InvalidArgument as wrong:
        raise InvalidArgument(wrong.message, details={"argument": "url"}) from None
    except NotReached:
        raise InvalidArgument(
            "The host of this address is not known or not public. Give the address of a public https server.",
            details={"argument": "url"},
        ) from None
    return str(urlsplit(target.url).hostname)


def _checked_description(text: str) -> str:
    return texts.checked(text, argument="description", limit_chars=200) if text else ""


def _require_room(customer: Customer, mode: str) -> None:
    plan = subscriptions.plan_of(customer.pk)
    if WebhookEndpoint.objects.of(customer).filter(mode=mode).count() >= plan.webhooks:
        raise PlanLimit(
            f"The {plan.name} plan has {plan.webhooks} webhooks of a mode. "
            "Delete one that is not used, or change the plan.",
            details={"limit": plan.webhooks},
        )
