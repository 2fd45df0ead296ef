"""The first page after signing in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from msgspec import to_builtins

from billing import subscriptions
from inbox import threads
from inbox.forwarding import endpoints
from portal.access import MemberRequest, for_members
from portal.connections.views import Account
from portal.start import progress
from portal.usage.views import month_of
from portal.webhooks.shown import Webhook
from tenants import connections
from tenants.models import ApiKey, Connection

LATEST = 5


@for_members()
def index(request: MemberRequest) -> HttpResponse:
    """What needs attention, what is connected, used and written; each where the role may see it."""
    visit, told = request.visit, dict[str, Any]()
    if visit.may("tools:read"):
        accounts = [Account(row) for row in connections.listed(visit.customer.pk)]
        live = [account for account in accounts if account.row.mode == ApiKey.Mode.LIVE]
        told["accounts"] = live
        told["broken"] = [a for a in live if a.row.status == Connection.Status.NEEDS_REAUTH]
        told["silent"] = [a for a in live if a.row.webhook_fault]
        if visit.may("inbox:read"):
            page = threads.threads(visit.customer.pk, [a.row.pk for a in accounts], limit=LATEST)
            told["threads"] = to_builtins(page)["threads"]
    if visit.may("keys:manage"):
        told["start"] = progress.left(visit.customer.pk, int(visit.user.pk))
    if visit.may("webhooks:manage"):
        webhooks = [Webhook(row) for row in endpoints.listed(visit.customer.pk, by=visit.actor)]
        told["failing"] = [webhook for webhook in webhooks if webhook.is_failing]
    if visit.may("billing:read"):
        told["month"] = month_of(subscriptions.usage(visit.customer.pk, ApiKey.Mode.LIVE))
    return render(request, "portal/home/index.html", told)
