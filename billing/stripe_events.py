"""Stripe's events as Hermes reads them: who pays, for which price, until when, and how it went.

Fields as of API version 2026-07-29; those that older versions have elsewhere are read there too
(a subscription's period, an invoice's subscription).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple, overload

import msgspec
from msgspec import Meta, Struct

from billing.models import LIMIT_STRIPE_ID
from hermes.core.errors import MalformedBody
from hermes.core.ids import is_id

_Id = Annotated[str, Meta(min_length=1, max_length=LIMIT_STRIPE_ID)]
_Time = Annotated[int, Meta(ge=0, le=253_402_300_799)]  # until the year 9999
_Metadata = dict[str, Any]


class Checkout(NamedTuple):
    """A checkout that was completed."""

    subscription: str | None

    @property
    def told(self) -> str:
        """A word for the audit trail, as of the others."""
        return self.subscription or "nothing"


class State(NamedTuple):
    """What a subscription is; `prices` are those of its items."""

    status: str
    prices: tuple[str, ...]
    period_start: datetime | None
    period_end: datetime | None
    ends_at: datetime | None


class Change(NamedTuple):
    """A subscription's state after an event, and before it as far as the event tells."""

    subscription: str
    after: State
    before: State

    @property
    def told(self) -> str:
        """The subscription and what it is now."""
        return f"{self.subscription} {self.after.status}"


class Payment(NamedTuple):
    """How an invoice of a subscription went."""

    subscription: str
    is_paid: bool
    next_try_at: datetime | None

    @property
    def told(self) -> str:
        """The subscription and how it was paid."""
        return f"{self.subscription} {'paid' if self.is_paid else 'not paid'}"


class Event(NamedTuple):
    """An event. `payer` is the Stripe customer, `references` the customers of Hermes it names.

    `rank` orders events of one second: a subscription is created, then updated, then deleted.
    """

    id: str
    at: datetime
    rank: int
    payer: str
    references: frozenset[str]
    about: Checkout | Change | Payment


class _Data(Struct):
    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class Envelope(Struct):
    """What every event has. `account` names a connected account, whose customers are not Hermes's."""

    id: _Id
    type: str
    created: _Time
    livemode: bool
    data: _Data
    account: str | None = None

    @property
    def payer(self) -> str:
        """The Stripe customer the event is about; empty where it names none."""
        named = self.data.object.get("customer")
        return named if isinstance(named, str) else ""


def envelope(body: bytes) -> Envelope:
    """The outside of an event. Raises MalformedBody."""
    try:
        return msgspec.json.decode(body, type=Envelope)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise MalformedBody("This is not an event of Stripe. Check what posts here.") from None


def read(body: bytes) -> Event | None:
    """The event, or None where it says nothing about a plan. Raises MalformedBody."""
    told = envelope(body)
    if told.account is not None:
        return None
    try:
        if told.type == "checkout.session.completed":
            return _checkout(told)
        if told.type.startswith("customer.subscription."):
            return _change(told)
        return _payment(told) if told.type in _INVOICES else None
    except msgspec.ValidationError:
        raise MalformedBody(f"This {told.type[:64]} does not have the fields of Stripe's API.") from None


def found(subscription: dict[str, Any], at: datetime) -> Event:
    """What Stripe answers when it is asked for a subscription at a moment. Raises MalformedBody."""
    told = Envelope("asked", "customer.subscription.asked", int(at.timestamp()), False, _Data(subscription))
    try:
        return _change(told)
    except msgspec.ValidationError:
        raise MalformedBody("This subscription does not have the fields of Stripe's API.") from None


class _Session(Struct):
    customer: _Id | None = None
    subscription: _Id | None = None
    client_reference_id: str | None = None
    metadata: _Metadata | None = None


class _Price(Struct):
    id: _Id


class _Item(Struct):
    price: _Price
    current_period_start: _Time | None = None
    current_period_end: _Time | None = None


class _Items(Struct):
    data: list[_Item]


class _Subscription(Struct):
    id: _Id
    customer: _Id
    status: Annotated[str, Meta(max_length=32)]
    items: _Items
    cancel_at: _Time | None = None
    cancel_at_period_end: bool | None = None
    current_period_start: _Time | None = None
    current_period_end: _Time | None = None
    metadata: _Metadata | None = None


class _SubscriptionDetails(Struct):
    subscription: _Id | None = None


class _Parent(Struct):
    subscription_details: _SubscriptionDetails | None = None


class _Invoice(Struct):
    customer: _Id | None = None
    subscription: _Id | None = None
    parent: _Parent | None = None
    next_payment_attempt: _Time | None = None


_INVOICES = {"invoice.payment_failed": False, "invoice.paid": True}
_RANKS = {"customer.subscription.created": 0, "customer.subscription.deleted": 2}


def _event(told: Envelope, about: Any, *, rank: int = 0, references: frozenset[str] = frozenset()) -> Event:
    return Event(told.id, _moment(told.created), rank, told.payer, references, about)


def _checkout(told: Envelope) -> Event:
    session = msgspec.convert(told.data.object, _Session)
    named = _named(session.metadata) | {session.client_reference_id or ""} - {""}
    return _event(told, Checkout(session.subscription), references=named)


def _change(told: Envelope) -> Event:
    now = msgspec.convert(told.data.object, _Subscription)
    after = _state(now)
    if told.type == "customer.subscription.deleted":
        after = after._replace(status="canceled")
    change = Change(now.id, after, _before(told) or after)
    return _event(told, change, rank=_RANKS.get(told.type, 1), references=_named(now.metadata))


def _before(told: Envelope) -> State | None:
    try:
        past = {**told.data.object, **(told.data.previous_attributes or {})}
        return _state(msgspec.convert(past, _Subscription))
    except msgspec.ValidationError:
        return None


def _payment(told: Envelope) -> Event | None:
    invoice = msgspec.convert(told.data.object, _Invoice)
    details = invoice.parent.subscription_details if invoice.parent else None
    subscription = (details.subscription if details else None) or invoice.subscription
    if subscription is None:
        return None
    is_paid = _INVOICES[told.type]
    next_try_at = None if is_paid else _moment(invoice.next_payment_attempt)
    return _event(told, Payment(subscription, is_paid, next_try_at), rank=int(is_paid))


def _state(told: _Subscription) -> State:
    items = told.items.data
    starts = [at for at in (told.current_period_start, *(i.current_period_start for i in items)) if at]
    ends = [at for at in (told.current_period_end, *(i.current_period_end for i in items)) if at]
    period_end = max(ends, default=None)
    ends_at = told.cancel_at or (period_end if told.cancel_at_period_end else None)
    prices = tuple(sorted(item.price.id for item in items))
    return State(
        told.status, prices, _moment(min(starts, default=None)), _moment(period_end), _moment(ends_at)
    )


def _named(metadata: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset(value for value in (metadata or {}).values() if is_id(value, "cus"))


@overload
def _moment(seconds: int) -> datetime: ...


@overload
def _moment(seconds: int | None) -> datetime | None: ...


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
