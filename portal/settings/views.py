"""The customer's profile, and how long what is kept."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from billing import subscriptions
from hermes.core.errors import HermesError
from inbox.forwarding import history
from portal.access import MemberRequest, for_members
from portal.forms import add_refusal
from portal.settings.forms import ProfileForm
from tenants import archived, customers

MANAGE = "customer:manage"


@require_http_methods(["GET", "POST"])
@for_members("billing:read")
def index(request: MemberRequest) -> HttpResponse:
    """The profile, to change for those who manage the customer; what is kept for how long."""
    customer, may_change = request.visit.customer, request.visit.may(MANAGE)
    now = {"name": customer.name, "instructions": customer.instructions}
    form = ProfileForm(request.POST or None, initial=now) if may_change else None
    if request.method == "POST":
        request.visit.actor.require(MANAGE)
        if form is not None and form.is_valid():
            try:
                customers.describe(customer, **form.cleaned_data, by=request.visit.actor)
                messages.success(request, "Saved.")
                return redirect("settings:index")
            except HermesError as error:
                add_refusal(form, error)
    told = {
        "form": form,
        "plan": subscriptions.plan_of(customer.pk),
        "deliveries_days": history.KEPT.days,
        "export_hours": archived.KEPT.seconds // 3600 + archived.KEPT.days * 24,
    }
    status = 400 if form is not None and form.errors else 200
    return render(request, "portal/settings/index.html", told, status=status)
