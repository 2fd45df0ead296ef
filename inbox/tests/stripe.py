"""Posting as Stripe does: events in the shape of API version 2026-07-29, and what becomes of them."""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from audit.models import AuditEntry
from billing.stripe_gateway import HEADER, sign
from hermes.core import clock
from inbox import deliveries
from inbox.models import WebhookDelivery
from tests.support.api import Api

PATH, SECRET, PREVIOUS = "/webhook/stripe", "whsec_current", "whsec_previous"
T0 = 1_795_341_600  # 2026-11-22T10:00:00Z
MONTH_S = 30 * 86_400


def new(prefix: str) -> str:
    """An id that Stripe has not given before."""
    return f"{prefix}_{uuid.uuid4().hex[:14]}"


def event(kind: str, about: dict[str, Any], at_s: int = 0, **more: Any) -> dict[str, Any]:
    """An event, `at_s` seconds after T0; `before` are the previous attributes."""
    data: dict[str, Any] = {"object": about}
    if "before" in more:
        data["previous_attributes"] = more.pop("before")
    return {
        "id": new("evt"),
        "object": "event",
        "api_version": "2026-07-29.dahlia",
        "created": T0 + at_s,
        "type": kind,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": data,
        **more,
    }


class Payer:
    """A Stripe customer with one subscription."""

    def __init__(self) -> None:
        self.id, self.subscription_id = new("cus"), new("sub")

    def checkout(self, reference: str | None, at_s: int = 0, **more: Any) -> dict[str, Any]:
        """A completed checkout for the customer of Hermes with this public id."""
        session: dict[str, Any] = {
            "id": new("cs_test"),
            "object": "checkout.session",
            "client_reference_id": reference,
            "customer": self.id,
            "metadata": {},
            "mode": "subscription",
            "payment_status": "paid",
            "status": "complete",
            "subscription": self.subscription_id,
        }
        return event("checkout.session.completed", session | more, at_s)

    def object(self, status: str = "active", price: str = "price_starter", **more: Any) -> dict[str, Any]:
        """The subscription."""
        item = {
            "id": "si_1",
            "object": "subscription_item",
            "price": {"id": price, "object": "price", "unit_amount": 2900},
            "current_period_start": T0,
            "current_period_end": T0 + MONTH_S,
            "quantity": 1,
        }
        told = {
            "id": self.subscription_id,
            "object": "subscription",
            "customer": self.id,
            "status": status,
            "cancel_at": None,
            "cancel_at_period_end": False,
            "metadata": {},
            "items": {"object": "list", "data": [item], "has_more": False},
        }
        return told | more

    def told(
        self, change: str, at_s: int = 0, status: str = "active", price: str = "price_starter", **more: Any
    ) -> dict[str, Any]:
        """An event of the subscription: created, updated, deleted."""
        outer = {key: more.pop(key) for key in ("before", "livemode", "account") if key in more}
        return event(f"customer.subscription.{change}", self.object(status, price, **more), at_s, **outer)

    def invoice(self, kind: str, at_s: int = 0, **more: Any) -> dict[str, Any]:
        """An event of an invoice of the subscription: paid, payment_failed."""
        invoice = {
            "id": new("in"),
            "object": "invoice",
            "customer": self.id,
            "next_payment_attempt": T0 + at_s + 3 * 86_400 if kind == "payment_failed" else None,
            "parent": {
                "type": "subscription_details",
                "subscription_details": {"subscription": self.subscription_id, "metadata": {}},
            },
        }
        return event(f"invoice.{kind}", invoice | more, at_s)


def items(price: str) -> dict[str, Any]:
    """The items of a subscription to this price."""
    found: dict[str, Any] = Payer().object(price=price)["items"]
    return found


def post(api: Api, body: Any, *, secret: str = SECRET, header: str | None = None) -> int:
    """Post a body, signed unless the header is given; the status of the answer."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    headers = sign(secret, raw) if header is None else {HEADER: header}
    status: int = api.post(PATH, content=raw, headers=headers).status_code
    return status


def kept(body: dict[str, Any]) -> WebhookDelivery | None:
    """The stored delivery of an event."""
    digest = hashlib.sha256(f"stripe\n\n{body['id']}".encode()).hexdigest()
    return WebhookDelivery.objects.filter(digest=digest).first()


def bring(api: Api, *bodies: dict[str, Any]) -> list[str]:
    """Post the events one after the other, each settled before the next; the states they end in."""
    states = []
    for body in bodies:
        assert post(api, body) == 200
        row = settle(body)
        states.append(row.state)
    return states


def settle(body: dict[str, Any]) -> WebhookDelivery:
    """Let a worker try the delivery now; the row as it is then."""
    row = kept(body)
    assert row is not None
    WebhookDelivery.objects.filter(pk=row.pk, state="received").update(next_try_at=clock.now())
    deliveries.settle(row.pk)
    row.refresh_from_db()
    return row


def drain() -> None:
    """Let a worker settle all that is due."""
    assert deliveries.drain(30)


def at(seconds: int) -> str:
    """A moment after T0, as clients read it."""
    return clock.iso(datetime.fromtimestamp(T0 + seconds, UTC))


def standing(api: Api, person: Any) -> dict[str, Any]:
    """What the customer is told."""
    told: dict[str, Any] = api.get("/api/subscription", person.live_key).json()
    return told


def acts(person: Any) -> list[tuple[str, str]]:
    """What Stripe did, in its order."""
    rows = AuditEntry.objects.filter(customer=person.customer, actor="stripe").order_by("pk")
    return list(rows.values_list("action", "detail"))
