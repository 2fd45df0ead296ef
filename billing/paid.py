"""What customers pay for at Stripe: kept as the newest event tells it, whatever order events come in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Q, QuerySet

from billing.models import StripeCustomer, StripeSubscription
from billing.plans import PLANS, best
from billing.stripe_events import Change, Event, Payment
from hermes.core import clock
from hermes.core.errors import Conflict

GRACE = timedelta(days=14)  # Stripe's own retries of a payment last two weeks unless told otherwise
SILENCE = timedelta(hours=1)  # Stripe draws a renewal's invoice up for about an hour before it is paid
ASKED_AT_ONCE = 50
_CURRENT = ("active", "trialing")
_LATE = "past_due"
_GRANTING = (*_CURRENT, _LATE)


def check_prices() -> None:
    """Raise ImproperlyConfigured where STRIPE_PRICES names a plan that does not exist."""
    for price, slug in settings.STRIPE_PRICES.items():
        if slug not in PLANS:
            raise ImproperlyConfigured(
                f"STRIPE_PRICES: {price} is for '{slug}'; plans are {', '.join(PLANS)}."
            )


def holder_of(payer: str) -> int | None:
    """The customer (row id) for whom this Stripe customer pays."""
    return StripeCustomer.objects.filter(stripe_id=payer).values_list("customer_id", flat=True).first()


def payers_of(customer_id: int) -> list[str]:
    """The Stripe customers that pay for the customer."""
    return list(StripeCustomer.objects.filter(customer=customer_id).values_list("stripe_id", flat=True))


def link(customer_id: int, payer: str) -> None:
    """Note that this Stripe customer pays for the customer. Raises Conflict where it pays for another one."""
    row, _ = StripeCustomer.objects.get_or_create(stripe_id=payer, defaults={"customer_id": customer_id})
    if row.customer_id != customer_id:
        raise Conflict(f"{payer} pays for another customer already; link it to one customer only.")


def take(customer_id: int, event: Event) -> bool:
    """Keep what an event of the customer's payer says of a subscription; whether it was news.

    The caller holds the customer's subscription locked. Raises Conflict: the subscription is another
    customer's, or nobody knows the plan of its price (`STRIPE_PRICES`).
    """
    if not isinstance(event.about, Change | Payment):
        return False
    row = StripeSubscription.objects.filter(stripe_id=event.about.subscription).first()
    if row is None:
        row = StripeSubscription(customer_id=customer_id, stripe_id=event.about.subscription)
    if row.customer_id != customer_id:
        raise Conflict(f"{row.stripe_id} is a subscription of another customer.")
    is_news = (
        _change(row, event, event.about) if isinstance(event.about, Change) else _pay(row, event, event.about)
    )
    row.save()
    return is_news


def plan_paid(customer_id: int) -> str:
    """The best plan the customer pays for now, `free` where it is none."""
    return best(row.plan for row in _subscriptions(customer_id) if _grants(row))


def out_of_grace() -> list[int]:
    """Customers (row ids) on a better plan than they are given, with a subscription whose grace is over."""
    late = StripeSubscription.objects.filter(status=_LATE, past_due_since__lte=clock.now() - GRACE)
    paying = late.exclude(customer__subscription__plan=F("customer__subscription__given"))
    return list(paying.values_list("customer_id", flat=True).distinct())


def in_doubt() -> list[str]:
    """Subscriptions that Stripe is to be asked about, by its ids, those that wait longest first.

    Their last events leave the order open, or their period is over and nothing has been heard of the next.
    """
    now = clock.now()
    silent = Q(status__in=_GRANTING, period_end__lt=now - SILENCE)
    rows = StripeSubscription.objects.filter(Q(doubtful=True) | silent)
    asked = rows.filter(Q(asked_at=None) | Q(asked_at__lt=now - SILENCE)).order_by("asked_at", "pk")
    return list(asked.values_list("stripe_id", flat=True)[:ASKED_AT_ONCE])


def asked(subscription: str) -> None:
    """Note that Stripe was asked about this subscription."""
    StripeSubscription.objects.filter(stripe_id=subscription).update(asked_at=clock.now())


def standing(customer_id: int) -> dict[str, Any]:
    """The subscription that counts, or the last one.

    `{"status", "period_start", "period_end", "ends_at", "grace_until", "payment", "next_payment_at"}`;
    `status` is Stripe's word, or `none`. Times are moments or None.
    """
    rows = sorted(_subscriptions(customer_id), key=_weight)
    row = rows[-1] if rows else StripeSubscription()
    return {
        "status": row.status or "none",
        "period_start": row.period_start,
        "period_end": row.period_end,
        "ends_at": row.ends_at,
        "grace_until": row.past_due_since + GRACE if row.past_due_since else None,
        "payment": row.payment or "none",
        "next_payment_at": row.next_payment_at,
    }


def _subscriptions(customer_id: int) -> "QuerySet[StripeSubscription]":
    return StripeSubscription.objects.filter(customer=customer_id).order_by("told_at", "pk")


def _grants(row: StripeSubscription) -> bool:
    if row.status == _LATE:
        return row.past_due_since is not None and clock.now() < row.past_due_since + GRACE
    return row.status in _CURRENT


def _weight(row: StripeSubscription) -> tuple[bool, int]:
    return _grants(row), [*PLANS].index(best([row.plan]))


def _change(row: StripeSubscription, event: Event, change: Change) -> bool:
    is_tie = (event.at, event.rank) == (row.told_at, row.told_rank) and event.id != row.told_by
    row.doubtful = row.doubtful or is_tie
    if not _is_newer(row, event, change):
        return False
    state, plan = change.after, _plan_of(change.after.prices)
    if not plan and state.status in _GRANTING:
        raise Conflict(
            f"No plan has the price {', '.join(state.prices)[:150]}. "
            "Add it to STRIPE_PRICES, restart, and replay the delivery."
        )
    if state.status != _LATE:
        row.past_due_since = None
    elif row.past_due_since is None:
        row.past_due_since = event.at
    row.status, row.plan, row.ends_at = state.status, plan or row.plan, state.ends_at
    row.period_start, row.period_end = state.period_start, state.period_end
    row.told_at, row.told_rank, row.told_by, row.doubtful = event.at, event.rank, event.id, is_tie
    return True


def _is_newer(row: StripeSubscription, event: Event, change: Change) -> bool:
    """Whether the event comes after what is known.

    Of two updates in one second that one is the later which says it changed what the other one told.
    """
    if row.told_at is None:
        return True
    told, known = (event.at, event.rank), (row.told_at, row.told_rank)
    if told != known:
        return told > known
    was = change.before
    changed = (was.status, _plan_of(was.prices), was.period_end, was.ends_at)
    return event.id != row.told_by and changed == (row.status, row.plan, row.period_end, row.ends_at)


def _pay(row: StripeSubscription, event: Event, payment: Payment) -> bool:
    told = (event.at, payment.is_paid)
    if row.invoice_at is not None and told <= (row.invoice_at, row.payment == row.Payment.PAID):
        return False
    row.payment = row.Payment.PAID if payment.is_paid else row.Payment.FAILED
    row.invoice_at, row.next_payment_at = event.at, payment.next_try_at
    return True


def _plan_of(prices: Sequence[str]) -> str:
    """The best plan these prices are for; empty where none of them is for one."""
    known = [settings.STRIPE_PRICES[price] for price in prices if price in settings.STRIPE_PRICES]
    return best(known) if known else ""
