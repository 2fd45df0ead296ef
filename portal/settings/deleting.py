"""The end of a customer: what will happen, its name typed again, then a worker does it."""

from django.contrib import auth
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hermes.core.errors import HermesError
from inbox import nudge
from portal.access import CURRENT, MemberRequest, for_members
from portal.forms import add_refusal
from portal.people.again import signed_in_again
from portal.settings.forms import DeletionForm
from portal.settings.views import MANAGE
from tenants import checkout, connections, erasure, members
from tenants.tasks import ERASE


@require_http_methods(["GET", "POST"])
@for_members(MANAGE)
@signed_in_again("settings:delete")
def delete(request: MemberRequest) -> HttpResponse:
    """The list of what goes, and the form; then the customer is gone from here."""
    visit = request.visit
    form = DeletionForm(request.POST or None, expected=visit.customer.name)
    if form.is_valid():
        try:
            erasure.ask(visit.customer.pk, by=visit.actor)
            return _gone(request)
        except HermesError as error:
            add_refusal(form, error)
    people = list(members.listed(visit.customer.pk))
    told = {
        "form": form,
        "accounts": connections.listed(visit.customer.pk, mode="live"),
        "members": len(people),
        "leaves": len(visit.memberships) == 1,
        "pays": checkout.pays(visit.customer.pk),
    }
    return render(request, "portal/settings/delete.html", told, status=400 if form.errors else 200)


def _gone(request: MemberRequest) -> HttpResponse:
    nudge.nudge(ERASE)
    name, email = request.visit.customer.name, request.visit.membership.user.email
    others = [m.customer for m in request.visit.memberships if m.customer.pk != request.visit.customer.pk]
    request.session.pop(CURRENT, None)
    if not others:
        auth.logout(request)
    told = {"name": name, "email": email, "others": others}
    return render(request, "portal/settings/deleted.html", told)
