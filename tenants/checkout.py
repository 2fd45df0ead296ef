"""Paying at Stripe: where an owner is sent to begin a subscription, to change it or to end it."""

from django.conf import settings

from billing import paid, stripe_gateway, subscriptions
from billing.plans import PLANS
from hermes.core.errors import Conflict, InvalidArgument
from tenants.actors import Actor
from tenants.models import Customer

# Stripe's words for a subscription that goes on; a second one beside it would be charged twice.
GOES_ON = frozenset({"active", "trialing", "past_due", "unpaid", "paused"})


def is_set_up() -> bool:
    """Whether anything can be paid here: the operator has given Stripe's key and prices."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_PRICES)


def pays(customer_id: int) -> bool:
    """Whether the customer has a subscription at Stripe that goes on."""
    return subscriptions.standing(customer_id)["status"] in GOES_ON


def offered(customer_id: int) -> list[str]:
    """The plans (slugs) that can be bought now: better than the present one, for sale, nothing paid yet."""
    if not is_set_up() or pays(customer_id):
        return []
    order, sold = [*PLANS], set(settings.STRIPE_PRICES.values())
    present = order.index(subscriptions.plan_of(customer_id).slug)
    return [slug for slug in order[present + 1 :] if slug in sold]


def begin(customer: Customer, plan: str, *, email: str, back: str, by: Actor) -> str:
    """The address at Stripe where the plan is paid; `back` (an address) is where one comes back to.

    Raises InsufficientScope, InvalidArgument (not offered) and PlatformUnavailable.
    """
    by.require("billing:manage")
    if plan not in offered(customer.pk):
        raise InvalidArgument("This plan is not offered to you now.", details={"argument": "plan"})
    price = next(price for price, slug in settings.STRIPE_PRICES.items() if slug == plan)
    payer = next(reversed(paid.payers_of(customer.pk)), "")
    address = stripe_gateway.checkout(price, customer.public_id, payer=payer, email=email, back=back)
    by.record(customer.pk, "billing.checkout_begun", f"plan {plan}")
    return address


def manage(customer: Customer, *, back: str, by: Actor) -> str:
    """The address at Stripe where invoices are, and the subscription is changed or ended.

    Raises InsufficientScope, Conflict (nothing was ever paid, or Stripe is not set up) and
    PlatformUnavailable.
    """
    by.require("billing:manage")
    payers = paid.payers_of(customer.pk)
    if not payers or not settings.STRIPE_SECRET_KEY:
        raise Conflict("Nothing is paid at Stripe for this customer.")
    return stripe_gateway.portal(payers[-1], back=back)
