"""API keys: issued, rotated, revoked. Only a MAC of a key is kept, and its text is shown once."""

import dataclasses
import hashlib
import hmac
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from billing import subscriptions
from hermes.core import clock
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, InvalidArgument, NotFound, PlanLimit, Unauthenticated
from hermes.core.ids import is_id
from hermes.core.subkeys import subkey
from tenants import changes, key_format, sandboxes, single_user, texts
from tenants.actors import SYSTEM, Actor
from tenants.key_limits import Limits, of_successor
from tenants.models import ApiKey, Customer
from tenants.principals import Credential, Principal, connections_of, principal_of

OVERLAP = timedelta(hours=24)
LIMIT_OVERLAP = timedelta(days=7)
LAST_USE_GRAIN = timedelta(minutes=1)
# Sent with `key`, `by` and `before` (the key it follows, or None), in the transaction that makes the key.
issued = Signal()
_NO_MAC = "0" * 64
log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Issued:
    """A new key and its text, which exists nowhere else."""

    key: ApiKey
    text: str = dataclasses.field(repr=False)


def listed(customer_id: int) -> "QuerySet[ApiKey]":
    """The customer's keys, newest first, revoked ones included."""
    return ApiKey.objects.of(customer_id).order_by("-pk")


def get(customer_id: int, public_id: str) -> ApiKey:
    """One key. Raises NotFound, for a stranger's key as for one that never was."""
    found = (
        ApiKey.objects.of(customer_id).filter(public_id=public_id).first()
        if is_id(public_id, "key")
        else None
    )
    if found is None:
        raise NotFound("There is no such key. List the keys and use an id from that list.")
    return found


@repeated
def issue(
    customer_id: int, *, name: str, mode: str, limits: Limits | None = None, by: Actor = SYSTEM
) -> Issued:
    """Make a key in mode live or test.

    Raises InsufficientScope, Forbidden (a scope or mode the actor lacks), InvalidArgument and PlanLimit.
    """
    by.require("keys:manage")
    limits = (limits or Limits()).checked(by)
    if mode not in ApiKey.Mode.values:
        raise InvalidArgument("'mode' is 'live' or 'test'.", details={"argument": "mode"})
    _require_reach(by, mode)
    name = texts.checked(name, argument="name", limit_chars=100)
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        _require_room(customer)
        made = _made(customer, name, mode, limits)
        by.record(customer_id, "key.issued", f"{made.key.public_id} ({mode}) {name}")
        issued.send(ApiKey, key=made.key, by=by, before=None)
        changes.announce(customer.public_id)
    return made


@repeated
def rotate(customer_id: int, public_id: str, *, overlap: timedelta = OVERLAP, by: Actor = SYSTEM) -> Issued:
    """Make a successor with the same limits; the old key works on for `overlap` (0 to 7 days).

    A key that was to live for 30 days has a successor that does so too. Raises NotFound, Conflict
    (revoked, expired or rotated before), InvalidArgument, InsufficientScope and Forbidden.
    """
    if not timedelta() <= overlap <= LIMIT_OVERLAP:
        raise InvalidArgument("The overlap is 0 to 7 days.", details={"argument": "overlap"})
    by.require("keys:manage")
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        old, now = get(customer_id, public_id), clock.now()
        if not is_usable(old, now) or old.replaced_by_id is not None:
            raise Conflict(
                "This key has ended or was rotated before. Rotate its successor or issue a new key."
            )
        _require_reach(by, old.mode)
        limits = of_successor(old, now).checked(by)
        made = _made(customer, old.name, old.mode, limits)
        old.replaced_by = made.key
        old.expires_at = min(now + overlap, old.expires_at or datetime.max.replace(tzinfo=now.tzinfo))
        old.save(update_fields=["replaced_by", "expires_at"])
        by.record(
            customer_id,
            "key.rotated",
            f"{old.public_id} -> {made.key.public_id}; the old one works until {clock.iso(old.expires_at)}",
        )
        issued.send(ApiKey, key=made.key, by=by, before=old)
        changes.announce(customer.public_id)
    return made


@repeated
def revoke(customer_id: int, public_id: str, *, by: Actor = SYSTEM) -> ApiKey:
    """End a key at once, in every process within 5 s; revoking twice changes nothing.

    Raises NotFound, InsufficientScope and Forbidden.
    """
    by.require("keys:manage")
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        key = get(customer_id, public_id)
        _require_reach(by, key.mode)
        if key.revoked_at is None:
            key.revoked_at = clock.now()
            key.save(update_fields=["revoked_at"])
            by.record(customer_id, "key.revoked", key.public_id)
            changes.announce(customer.public_id)
    return key


def load_principal(presented: str) -> Principal:
    """Who a presented key stands for, with the connections of the key's mode. Reads the database.

    Raises Unauthenticated with one sentence for a key that is malformed, unknown, wrong, expired or
    revoked. A suspended customer's principal says so in `customer_status`.
    """
    if single_user.is_operator_key(presented):
        return single_user.load_principal()
    text = key_format.parse(presented)
    rows = ApiKey.objects.unscoped().filter(lookup=text.lookup)
    # The MAC is made and compared for an unknown id too, and the row read only when it is right: so the
    # time does not tell which ids there are.
    mac = rows.values_list("mac", flat=True).first() or _NO_MAC
    key = rows.select_related("customer").first() if hmac.compare_digest(_mac(text), mac) else None
    now = clock.now()
    if key is None or not is_usable(key, now):
        raise Unauthenticated(key_format.UNKNOWN)
    _note_use(key, now)
    credential = Credential(
        kind="key",
        public_id=key.public_id,
        name=key.name,
        mode=key.mode,
        scopes=key.scopes,
        tools=key.tools,
        profile=key.profile,
        addresses=key.addresses,
        expires_at=key.expires_at,
    )
    if key.mode == ApiKey.Mode.TEST:
        sandboxes.ensure(key.customer)
    return principal_of(key.customer, credential, connections_of(key.customer, key.mode))


def is_usable(key: ApiKey, now: datetime) -> bool:
    """Whether the key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def _made(customer: Customer, name: str, mode: str, limits: Limits) -> Issued:
    minted = key_format.mint(mode)
    key = ApiKey(
        customer=customer,
        name=name,
        mode=mode,
        lookup=minted.lookup,
        mac=_mac(minted),
        last_four=minted.whole[-4:],
        scopes=sorted(limits.scopes),
        tools=None if limits.tools is None else sorted(limits.tools),
        profile=limits.profile,
        addresses=list(limits.addresses),
        expires_at=limits.expires_at,
    )
    key.save(force_insert=True)
    return Issued(key, minted.whole)


def _note_use(key: ApiKey, now: datetime) -> None:
    if key.last_used_at is not None and now - key.last_used_at < LAST_USE_GRAIN:
        return
    try:
        ApiKey.objects.of(key.customer_id).filter(pk=key.pk).update(last_used_at=now)
    except DatabaseError as error:
        log.warning("last_use_not_noted", key=key.public_id, error=type(error).__name__)


def _mac(text: key_format.KeyText) -> str:
    return hmac.new(subkey("api-key-pepper"), text.signed.encode(), hashlib.sha256).hexdigest()


def _require_reach(by: Actor, mode: str) -> None:
    if by.mode == ApiKey.Mode.TEST:
        by.require_mode(mode)


def _require_room(customer: Customer) -> None:
    plan = subscriptions.plan_of(customer.pk)
    keys = ApiKey.objects.of(customer).filter(revoked_at=None, replaced_by=None)
    if sum(is_usable(key, clock.now()) for key in keys) >= plan.keys:
        raise PlanLimit(
            f"The {plan.name} plan has {plan.keys} keys. Revoke one that is not used, or change the plan.",
            details={"limit": plan.keys},
        )
