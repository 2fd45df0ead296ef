"""Attempts to connect: a state that is good once, for ten minutes, for one person of one customer (R-35)."""

import hashlib
import secrets
from datetime import timedelta
from typing import TypeVar

import msgspec
from django.db import transaction

from hermes.core import clock, crypto
from hermes.core.errors import InvalidArgument
from hermes.core.ids import is_id
from tenants import data_keys
from tenants.models import Customer
from tenants.oauth.models import ConnectAttempt

T = TypeVar("T")
LIFETIME = timedelta(minutes=10)
LIMIT_OPEN = 20  # of one person: what lies open longest makes room
STATE_BYTES = 32
VERIFIER_BYTES = 48  # RFC 7636 4.1 asks for 43 to 128 characters
Stage = ConnectAttempt.Stage


class AttemptRefused(InvalidArgument):
    """There is no such attempt for this person now: unknown, another's, used, or older than ten minutes."""

    status = 400

    def __init__(self) -> None:
        super().__init__("This way of connecting has ended or is not yours. Begin again from Connections.")


class Begun(msgspec.Struct):
    """What is sealed while the person is at the platform."""

    verifier: str


def draw() -> tuple[str, Begun]:
    """A new state, to be told to the platform and kept nowhere, and what is sealed with its attempt."""
    return secrets.token_urlsafe(STATE_BYTES), Begun(secrets.token_urlsafe(VERIFIER_BYTES))


def begin(attempt: ConnectAttempt, state: str, begun: Begun) -> None:
    """Save a new attempt."""
    now = clock.now()
    attempt.created_at, attempt.expires_at = now, now + LIFETIME
    attempt.state_digest, attempt.sealed = _digest(state), _sealed(attempt, begun)
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=attempt.customer_id)
        mine = ConnectAttempt.objects.of(attempt.customer_id).filter(user=attempt.user_id)
        mine.filter(expires_at__lte=now).delete()
        kept = mine.order_by("-pk").values_list("pk", flat=True)[: LIMIT_OPEN - 1]
        mine.exclude(pk__in=list(kept)).delete()
        attempt.save()


def begun(user_id: int, platform: str, state: str) -> ConnectAttempt:
    """The person's attempt whose state is out, left as it is. Raises AttemptRefused."""
    rows = ConnectAttempt.objects.unscoped().select_related("customer")
    mine = rows.filter(state_digest=_digest(state), user=user_id, platform=platform, stage=Stage.BEGUN)
    found = mine.filter(expires_at__gt=clock.now()).first()
    if found is None:
        raise AttemptRefused
    return found


def take(user_id: int, platform: str, state: str) -> ConnectAttempt:
    """Use up a state. Raises AttemptRefused, and then nobody's attempt has changed (OA15)."""
    rows = ConnectAttempt.objects.unscoped().filter(
        state_digest=_digest(state), user=user_id, platform=platform, stage=Stage.BEGUN
    )
    if not rows.filter(expires_at__gt=clock.now()).update(stage=Stage.ENDED):
        raise AttemptRefused
    return ConnectAttempt.objects.unscoped().select_related("customer").get(state_digest=_digest(state))


def allow(attempt: ConnectAttempt, kept: msgspec.Struct) -> None:
    """Keep what the platform gave until the person confirms it; the time begins anew."""
    attempt.stage, attempt.sealed = Stage.ALLOWED, _sealed(attempt, kept)
    attempt.expires_at = clock.now() + LIFETIME
    attempt.save(update_fields=["stage", "sealed", "expires_at"])


def allowed(user_id: int, public_id: str) -> ConnectAttempt:
    """The person's attempt that waits to be confirmed. Raises AttemptRefused."""
    found = (
        ConnectAttempt.objects.unscoped()
        .select_related("customer")
        .filter(public_id=public_id, user=user_id, stage=Stage.ALLOWED, expires_at__gt=clock.now())
        .first()
        if is_id(public_id, "oat")
        else None
    )
    if found is None:
        raise AttemptRefused
    return found


def end(attempt: ConnectAttempt) -> None:
    """Take an allowed attempt, once. Raises AttemptRefused where another has taken it."""
    rows = ConnectAttempt.objects.of(attempt.customer_id).filter(pk=attempt.pk, stage=Stage.ALLOWED)
    if not rows.update(stage=Stage.ENDED):
        raise AttemptRefused


def give_back(attempt: ConnectAttempt) -> None:
    """The act that took it failed in a way the person can mend: it waits again."""
    rows = ConnectAttempt.objects.of(attempt.customer_id).filter(pk=attempt.pk, stage=Stage.ENDED)
    rows.update(stage=Stage.ALLOWED)


def forget(attempt: ConnectAttempt) -> None:
    """Delete it with all that is sealed in it."""
    ConnectAttempt.objects.of(attempt.customer_id).filter(pk=attempt.pk).delete()


def forget_expired() -> int:
    """Delete the attempts whose time is over; how many."""
    return ConnectAttempt.objects.unscoped().filter(expires_at__lte=clock.now()).delete()[0]


def opened(attempt: ConnectAttempt, kind: type[T]) -> T:
    """What is sealed in it. Raises AttemptRefused where it does not open."""
    customer = attempt.customer
    try:
        plain = data_keys.unseal(customer.public_id, customer.data_key, attempt.sealed, place=_place(attempt))
        return msgspec.json.decode(plain, type=kind)
    except (crypto.SealError, msgspec.DecodeError):
        raise AttemptRefused from None


def _sealed(attempt: ConnectAttempt, kept: msgspec.Struct) -> str:
    customer = attempt.customer
    return data_keys.seal(
        customer.public_id, customer.data_key, msgspec.json.encode(kept), place=_place(attempt)
    )


def _place(attempt: ConnectAttempt) -> tuple[str, str, str]:
    return (attempt.platform, attempt.public_id, "connect-attempt")


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
