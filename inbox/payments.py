"""Stripe's events: posted, stored and settled as a platform's are, but they are about who pays."""

from functools import partial

from django.db import transaction

from billing import stripe_events, stripe_gateway
from connectors.kit.webhook import InboundEvent, OtherEvent, WebhookSpec
from hermes.core.errors import HermesError
from inbox.models import WebhookDelivery
from inbox.verdicts import Verdict
from tenants import linking, payments

SENDER = payments.SENDER
State = WebhookDelivery.State


def settle(body: bytes) -> Verdict:
    """Bring an event to the customer it is about; inside the caller's transaction.

    What names nobody waits to be linked; what staff must look at is set aside with its reason.
    """
    try:
        event = stripe_events.read(body)
        if event is not None:
            with transaction.atomic():  # what is refused in the end leaves nothing behind
                payments.take(event)
    except payments.Unclaimed as unclaimed:
        # Who links it meanwhile does not see this delivery wait yet.
        transaction.on_commit(partial(_look_again, unclaimed.payer), robust=True)
        return Verdict(State.UNROUTED, "Nobody's Stripe customer.", (unclaimed.payer,))
    except HermesError as refused:
        return Verdict(State.QUARANTINED, refused.message)
    return Verdict(State.DONE, is_spent=True)


def _look_again(payer: str) -> None:
    if payments.is_claimed(payer):
        linking.account_linked.send(WebhookDelivery, platform=SENDER, ids=[payer])


def _payer(body: bytes) -> str:
    return stripe_events.envelope(body).payer


def _identity(body: bytes) -> bytes:
    """The event's id: told again, it comes in other bytes (`pending_webhooks` counts down)."""
    return stripe_events.envelope(body).id.encode()


def _parse(body: bytes) -> list[InboundEvent]:
    event = stripe_events.envelope(body)
    return [OtherEvent(route=(event.payer,), kind=event.type, dedupe=event.id, data={})]


SPEC = WebhookSpec(
    secret_setting="STRIPE_WEBHOOK_SECRET",  # noqa: S106  (the name of the setting)
    verify=stripe_gateway.verify,
    sign=stripe_gateway.sign,
    parse=_parse,
    lane=_payer,
    identity=_identity,
)
