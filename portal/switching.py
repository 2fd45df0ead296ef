"""Switching to another customer the person belongs to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hermes.core.errors import NotFound
from portal.access import CURRENT, MemberRequest, for_members


@require_POST
@for_members()
def switch(request: MemberRequest) -> HttpResponse:
    """Make the customer `customer` (public id) the current one; 404 unless the person is its member."""
    wanted = request.POST.get("customer", "")
    chosen = next((m for m in request.visit.memberships if m.customer.public_id == wanted), None)
    if chosen is None:
        raise NotFound("There is no such customer.")
    request.session[CURRENT] = wanted
    messages.info(request, f"You are at {chosen.customer.name} now.")
    return redirect("home:index")
