"""What a webhook was told and is to be told: the list with filters, and one delivery."""

import json
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from hermes.core.errors import NotFound
from inbox.forwarding import endpoints, history
from inbox.forwarding.models import ForwardedEvent
from inbox.forwarding.sending import HEADERS, WAITS_S
from portal.access import MemberRequest, for_members
from portal.webhooks.forms import DeliveryFilter
from portal.webhooks.shown import Delivery, Webhook
from portal.webhooks.snippets import snippets

ROWS = 30


@for_members("webhooks:manage")
def index(request: MemberRequest, webhook_id: str) -> HttpResponse:
    """The webhook: state, what to do about it, and its deliveries, newest first from before `before` on."""
    customer_id, by = request.visit.customer.pk, request.visit.actor
    row = endpoints.get(customer_id, webhook_id, by=by)
    form = DeliveryFilter(request.GET)
    chosen, before = form.chosen(), request.GET.get("before", "")
    rows = history.listed(customer_id, webhook_id, **chosen, by=by)
    if before:
        rows = rows.filter(pk__lt=history.get(customer_id, webhook_id, before, by=by).pk)
    found = list(rows[: ROWS + 1])
    query, shown = urlencode(chosen), found[:ROWS]
    told = {
        "webhook": Webhook(row),
        "form": form,
        "deliveries": [Delivery(each) for each in shown],
        "is_filtered": bool(chosen),
        "older": f"?{urlencode({**chosen, 'before': shown[-1].event_id})}" if len(found) > ROWS else "",
        "newest": f"?{query}" if before else "",
        "has_failed": any(each.state == ForwardedEvent.State.FAILED for each in shown),
        "snippets": snippets(),
    }
    return render(request, "portal/webhooks/detail.html", told, status=400 if form.errors else 200)


@for_members("webhooks:manage")
def detail(request: MemberRequest, webhook_id: str, event_id: str) -> HttpResponse:
    """One delivery: what is sent, each try with its answer, and when the next one is."""
    customer_id, by = request.visit.customer.pk, request.visit.actor
    row = endpoints.get(customer_id, webhook_id, by=by)
    event = history.get(customer_id, webhook_id, event_id, by=by)
    headers = {**HEADERS, "webhook-id": event.event_id, "webhook-timestamp": "…", "webhook-signature": "v1,…"}
    told = {
        "webhook": Webhook(row),
        "delivery": Delivery(event),
        "headers": "\n".join(f"{name}: {value}" for name, value in headers.items()),
        "body": _body(request, event) if by.permissions >= {"inbox:read"} else "",
        "tries_at_most": len(WAITS_S) + 1,
    }
    return render(request, "portal/webhooks/delivery.html", told)


def _body(request: MemberRequest, event: ForwardedEvent) -> str:
    try:
        told = json.loads(history.body(event, by=request.visit.actor))
    except NotFound:
        return ""
    return json.dumps(told, indent=2, ensure_ascii=False)
