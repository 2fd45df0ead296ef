"""Pages of the webhooks. A secret is in the answer that makes it and in no other."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hermes.core import clock
from hermes.core.errors import HermesError
from inbox.forwarding import endpoints, history
from inbox.forwarding.endpoints import Issued
from portal.access import MemberRequest, for_members
from portal.forms import add_refusal
from portal.webhooks.forms import NewWebhookForm, RotationForm, WebhookForm
from portal.webhooks.shown import Webhook
from portal.webhooks.snippets import snippets

A_DAY = timedelta(days=1)


@for_members("webhooks:manage")
def index(request: MemberRequest) -> HttpResponse:
    """The webhooks with their state and what became of the last day's events."""
    customer_id, by = request.visit.customer.pk, request.visit.actor
    rows = list(endpoints.listed(customer_id, by=by))
    counts = history.counts(customer_id, since=clock.now() - A_DAY, by=by) if rows else {}
    shown = [Webhook(row, counts.get(row.public_id, {})) for row in rows]
    return render(request, "portal/webhooks/index.html", {"webhooks": shown, "snippets": snippets()})


@require_http_methods(["GET", "POST"])
@for_members("webhooks:manage")
def new(request: MemberRequest) -> HttpResponse:
    """The form of a new webhook; then its secret, this once."""
    form = NewWebhookForm(request.POST or None)
    if form.is_valid():
        try:
            issued = endpoints.create(request.visit.customer.pk, **form.cleaned_data, by=request.visit.actor)
            return _made(request, issued)
        except HermesError as error:
            add_refusal(form, error)
    return render(request, "portal/webhooks/new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_members("webhooks:manage")
def edit(request: MemberRequest, webhook_id: str) -> HttpResponse:
    """Another address, description or choice of events."""
    customer_id, by = request.visit.customer.pk, request.visit.actor
    row = endpoints.get(customer_id, webhook_id, by=by)
    now = {"url": row.url, "description": row.description, "events": row.events}
    form = WebhookForm(request.POST or None, initial=now)
    if form.is_valid():
        try:
            changed = {name: value for name, value in form.cleaned_data.items() if name in form.changed_data}
            if changed:
                endpoints.change(customer_id, webhook_id, **changed, by=by)
                messages.success(request, "Saved. It holds from the next delivery on.")
            return redirect("webhooks:detail", webhook_id)
        except HermesError as error:
            add_refusal(form, error)
    told = {"form": form, "webhook": Webhook(row)}
    return render(request, "portal/webhooks/edit.html", told, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_members("webhooks:manage")
def rotate(request: MemberRequest, webhook_id: str) -> HttpResponse:
    """Another secret; its text, this once."""
    customer_id, by = request.visit.customer.pk, request.visit.actor
    row = endpoints.get(customer_id, webhook_id, by=by)
    form = RotationForm(request.POST or None)
    if form.is_valid():
        return _made(request, endpoints.rotate(customer_id, webhook_id, overlap=form.lasting, by=by))
    told = {"form": form, "webhook": Webhook(row)}
    return render(request, "portal/webhooks/rotate.html", told, status=400 if form.errors else 200)


def _made(request: MemberRequest, issued: Issued) -> HttpResponse:
    told = {"webhook": issued.endpoint, "secret": issued.secret, "snippets": snippets()}
    return render(request, "portal/webhooks/made.html", told)
