"""The only door to Stripe's library: whether an event is Stripe's, and what Stripe says when it is asked."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import stripe
import structlog
from django.conf import settings

from billing import stripe_events
from hermes.core import http_sync
from hermes.core.errors import HermesError, MalformedBody, PlatformUnavailable
from hermes.core.http_types import CutOff, NotReached

TOLERANCE_S = 300
HEADER = "stripe-signature"
DEADLINE_S = 15.0
log = structlog.get_logger(__name__)


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """True if one of the secrets signed exactly these bytes within the last 300 s.

    Header names are lower case. One good signature among several is enough: Stripe sends two while a
    secret is replaced. Raises MalformedBody: not signed so, not an event, or of the live mode while the API
    key is a test key, and the other way round.
    """
    if not any(_is_signed(secret, headers.get(HEADER), body) for secret in secrets):
        raise MalformedBody(
            "The signature does not fit the body, or is older than 300 seconds. "
            "Check STRIPE_WEBHOOK_SECRET and the clock."
        )
    is_live = stripe_events.envelope(body).livemode
    if _mode_of_key() not in (None, is_live):
        mode, other = ("live", "test") if is_live else ("test", "live")
        raise MalformedBody(
            f"This is an event of Stripe's {mode} mode, and STRIPE_SECRET_KEY is a {other} key. "
            "Use the webhook secret and the key of one mode."
        )
    return True


def sign(secret: str, body: bytes) -> Mapping[str, str]:
    """The header that `verify` asks for, signed now."""
    return {HEADER: stripe.WebhookSignature.generate_signature_header(body.decode(), secret)}


def ask(subscription: str) -> stripe_events.Event:
    """What a subscription is now, as an event of the moment of Stripe's answer, by Stripe's clock.

    Raises PlatformUnavailable (also where the key may not read it) and MalformedBody.
    """
    try:
        found = _client().v1.subscriptions.retrieve(subscription)
        if not isinstance(found, stripe.Subscription):
            raise LookupError
        answer: Any = found.last_response
        return stripe_events.found(answer.data, parsedate_to_datetime(answer.headers["date"]))
    except (stripe.StripeError, LookupError, ValueError) as error:
        raise PlatformUnavailable(
            f"Stripe did not say what {subscription} is ({type(error).__name__}). It is asked again later."
        ) from None


def checkout(price: str, reference: str, *, payer: str, email: str, back: str) -> str:
    """The address of a page at Stripe where a subscription to a price is paid, for our customer `reference`.

    `payer` is the Stripe customer where there is one, `email` of whoever pays otherwise. Raises
    PlatformUnavailable.
    """
    wanted: Any = {
        "mode": "subscription",
        "line_items": [{"price": price, "quantity": 1}],
        "client_reference_id": reference,
        "subscription_data": {"metadata": {"customer": reference}},
        "success_url": f"{back}?paid=yes",
        "cancel_url": back,
        **({"customer": payer} if payer else {"customer_email": email}),
    }
    with _asked_for("the checkout"):
        return str(_client().v1.checkout.sessions.create(wanted).url)


def portal(payer: str, *, back: str) -> str:
    """The address of the page at Stripe where a payer changes or ends what it pays. As `checkout`."""
    with _asked_for("the billing portal"):
        found = _client().v1.billing_portal.sessions.create({"customer": payer, "return_url": back})
        return str(found.url)


def cancel(payer: str) -> int:
    """End all subscriptions of a payer at once; how many there were. Raises PlatformUnavailable."""
    with _asked_for("the end of subscriptions"):
        client, count = _client(), 0
        for subscription in client.v1.subscriptions.list({"customer": payer, "limit": 100}).data:
            client.v1.subscriptions.cancel(subscription.id)
            count += 1
        return count


@contextlib.contextmanager
def _asked_for(what: str) -> Iterator[None]:
    try:
        yield
    except (stripe.StripeError, AttributeError, ValueError) as error:
        log.warning("stripe_refused", what=what, error=type(error).__name__)
        raise PlatformUnavailable(f"Stripe did not answer for {what}. Try again later.") from None


def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        http_client=_Guarded(),
        base_addresses={"api": settings.STRIPE_API_BASE},
    )


class _Guarded(stripe.HTTPClient):
    """Stripe's library on the guarded way out."""

    name = "hermes"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One exchange."""
        content = post_data.encode() if isinstance(post_data, str) else post_data
        try:
            answer = http_sync.client().request(
                method.upper(), url, headers=headers, content=content, deadline_s=DEADLINE_S
            )
        except (CutOff, NotReached, HermesError) as broken:
            raise stripe.APIConnectionError(type(broken).__name__) from None  # type: ignore[no-untyped-call]
        return answer.body.decode(errors="replace"), answer.status, answer.headers

    def close(self) -> None:
        """The connections are the process's."""


def _is_signed(secret: str, header: str | None, body: bytes) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_S)
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        # ValueError: the body is no UTF-8; TypeError: a signature that is no ASCII.
        return False
    return True


def _mode_of_key() -> bool | None:
    """Whether the API key is of the live mode; None where there is none that says so."""
    kind = settings.STRIPE_SECRET_KEY.split("_")[1:2]  # sk_live_…, rk_test_…
    return {"live": True, "test": False}.get("".join(kind))
