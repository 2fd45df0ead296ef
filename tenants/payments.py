"""What Stripe tells of customers: whom it is about, and the plan that follows."""

import structlog
from django.conf import settings
from django.db import transaction

from billing import paid, stripe_gateway, subscriptions
from billing.stripe_events import Change, Checkout, Event
from hermes.core.deadlocks import repeated
from hermes.core.errors import Conflict, HermesError
from tenants import changes, customers, linking
from tenants.actors import Actor
from tenants.models import Customer

SENDER = "stripe"
log = structlog.get_logger(__name__)
STRIPE = Actor(name=SENDER, surface="webhook", permissions=frozenset())
_NO_PAYER = "It names no Stripe customer, so that nothing can be linked."


class Unclaimed(Exception):
    """Nobody is known for whom this Stripe customer (`payer`) pays."""

    def __init__(self, payer: str) -> None:
        super().__init__(payer)
        self.payer = payer


def take(event: Event) -> None:
    """Bring an event to the customer it is about; in the caller's transaction, and once only.

    Raises Unclaimed, NotFound (it names a customer that does not exist) and Conflict: it is at odds with
    what is known, and nothing has changed.
    """
    holder = _holder(event)
    if holder is None:
        if isinstance(event.about, Checkout) and event.about.subscription is None:
            return  # something else that is sold
        raise Unclaimed(event.payer) if event.payer else Conflict(_NO_PAYER)
    subscriptions.locked(holder)
    if paid.take(holder, event):
        action = "billing.subscription" if isinstance(event.about, Change) else "billing.payment"
        STRIPE.record(holder, action, event.about.told)
    _settle(holder)


@repeated
def reconsider(customer_id: int) -> None:
    """Put a customer on the plan that is due now: a grace may have ended."""
    with transaction.atomic():
        _settle(customer_id)


def ask() -> int:
    """Ask Stripe about the subscriptions that are in doubt, and take its answers; how many it gave."""
    if not settings.STRIPE_SECRET_KEY:
        return 0
    answered = 0
    for subscription in paid.in_doubt():
        paid.asked(subscription)
        try:
            _take_answer(stripe_gateway.ask(subscription))
        except (HermesError, Unclaimed) as refused:
            log.warning("stripe_unanswered", subscription=subscription, error=str(refused))
        else:
            answered += 1
    return answered


def cancel(payer: str) -> str:
    """End what a Stripe customer pays; a sentence on how that went."""
    by_hand = "Cancel its subscriptions at Stripe, where it is charged as before."
    if not settings.STRIPE_SECRET_KEY:
        return by_hand
    try:
        count = stripe_gateway.cancel(payer)
    except HermesError as refused:
        log.warning("stripe_not_cancelled", payer=payer)
        return f"{refused.message} {by_hand}"
    return f"Subscriptions that were cancelled: {count}. Nothing more is charged."


@repeated
def _take_answer(event: Event) -> None:
    with transaction.atomic():
        take(event)


def is_claimed(payer: str) -> bool:
    """Whether this Stripe customer pays for anybody."""
    return paid.holder_of(payer) is not None


def _holder(event: Event) -> int | None:
    """For whom the event's payer pays; an event that names a customer of Hermes says so."""
    known = paid.holder_of(event.payer)
    if not event.references:
        return known
    if len(event.references) > 1:
        raise Conflict("It names several customers of Hermes; name one, or the same everywhere.")
    (named,) = event.references
    if customers.is_leaving(named):
        return known  # its subscriptions were cancelled, which is told of by this
    customer = customers.get(named)
    if known is None:
        _link(customer, event.payer)
    elif known != customer.pk:
        raise Conflict(f"{event.payer} pays for another customer than {named}; nothing was changed.")
    return customer.pk


def _link(customer: Customer, payer: str) -> None:
    if not payer:
        raise Conflict(_NO_PAYER)
    paid.link(customer.pk, payer)
    STRIPE.record(customer.pk, "billing.linked", payer)
    told = {"platform": SENDER, "ids": [payer]}
    transaction.on_commit(lambda: linking.account_linked.send(Customer, **told), robust=True)


def _settle(customer_id: int) -> None:
    if plan := subscriptions.settle(customer_id):
        STRIPE.record(customer_id, "customer.plan_changed", f"plan {plan}")
        changes.announce(Customer.objects.get(pk=customer_id).public_id, lists=["tools"])
