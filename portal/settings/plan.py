"""The plan: what it gives, what is paid, and the way to Stripe for those who may pay."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from billing import paid, subscriptions
from billing.plans import CURRENCY, PLANS
from hermes.core.errors import HermesError
from portal.access import MemberRequest, for_members
from tenants import checkout


@for_members("billing:read")
def index(request: MemberRequest) -> HttpResponse:
    """All plans beside each other, the present one marked."""
    customer_id = request.visit.customer.pk
    offered = checkout.offered(customer_id) if request.visit.may("billing:manage") else []
    told = {
        "present": subscriptions.plan_of(customer_id),
        "plans": [(plan, _size(plan.vault_bytes), plan.slug in offered) for plan in PLANS.values()],
        "currency": CURRENCY.upper(),
        "standing": paid.standing(customer_id),
        "is_set_up": checkout.is_set_up(),
        "may_pay": request.visit.may("billing:manage"),
        "has_paid": bool(paid.payers_of(customer_id)),
        "is_back": request.GET.get("paid") == "yes",
    }
    return render(request, "portal/settings/plan.html", told)


@require_POST
@for_members("billing:manage")
def choose(request: MemberRequest) -> HttpResponse:
    """To Stripe, to pay for a plan."""
    try:
        address = checkout.begin(
            request.visit.customer,
            request.POST.get("plan", "")[:32],
            email=request.visit.membership.user.email,
            back=_back(),
            by=request.visit.actor,
        )
    except HermesError as refusal:
        messages.error(request, refusal.message)
        return redirect("settings:plan")
    return _leaving(request, address)


@require_POST
@for_members("billing:manage")
def manage(request: MemberRequest) -> HttpResponse:
    """To Stripe, to change or end what is paid."""
    try:
        address = checkout.manage(request.visit.customer, back=_back(), by=request.visit.actor)
    except HermesError as refusal:
        messages.error(request, refusal.message)
        return redirect("settings:plan")
    return _leaving(request, address)


def _leaving(request: MemberRequest, address: str) -> HttpResponse:
    # A redirect of a form to another host is what the policy's form-action refuses; a page may lead there.
    told = {"address": address, "host": urlsplit(address).hostname}
    return render(request, "portal/settings/leaving.html", told)


def _size(count: int) -> str:
    """Bytes in the decimal units that plans are made in."""
    return f"{count // 10**9} GB" if count >= 10**9 else f"{count // 10**6} MB"


def _back() -> str:
    return f"{settings.PUBLIC_URL}{reverse('settings:plan')}"
