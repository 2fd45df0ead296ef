"""The customer's profile, and how long what is kept."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing import subscriptions
from hermes.core.errors import HermesError
from inbox.forwarding import history
from portal.access import MemberRequest, for_members
from portal.forms import add_refusal
from portal.settings.forms import ProfileForm
from tenants import archived, customers

MANAGE = "customer:manage"


@for_members("billing:read")
def index(request: MemberRequest) -> HttpResponse:
    """The profile, to change for those who manage the customer; what is kept for how long."""
    customer = request.visit.customer
    now = {"name": customer.name, "instructions": customer.instructions}
    return _page(request, ProfileForm(initial=now) if request.visit.may(MANAGE) else None)


@require_POST
@for_members(MANAGE)
def describe(request: MemberRequest) -> HttpResponse:
    """Change the profile."""
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            customers.describe(request.visit.customer, **form.cleaned_data, by=request.visit.actor)
            messages.success(request, "Saved.")
            return redirect("settings:index")
        except HermesError as error:
            add_refusal(form, error)
    return _page(request, form, status=400)


def _page(request: MemberRequest, form: ProfileForm | None, status: int = 200) -> HttpResponse:
    told = {
        "form": form,
        "plan": subscriptions.plan_of(request.visit.customer.pk),
        "deliveries_days": history.KEPT.days,
        "export_hours": int(archived.KEPT.total_seconds()) // 3600,
    }
    return render(request, "portal/settings/index.html", told, status=status)
