"""The page an invitation's letter leads to: sign in or up, then accept."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_variables

from hermes.core.errors import NotFound
from portal.access import CURRENT
from portal.people import invited
from tenants import invitations


@sensitive_variables("token")
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation; a POST accepts it. One that has ended, or never was, says so and no more."""
    try:
        invitation = invitations.of_token(token)
    except NotFound:
        return render(request, "portal/invitation_ended.html", status=404)
    if request.method == "POST" and request.user.is_authenticated:
        user = cast("AbstractUser", request.user)
        address = request.META.get("REMOTE_ADDR", "")
        member = invitations.accept(token, user, address=address)
        invited.forget(request)
        request.session[CURRENT] = invitation.customer.public_id
        messages.success(
            request, f"You are {member.get_role_display().lower()} of {invitation.customer.name}."
        )
        return redirect("home:index")
    if not request.user.is_authenticated:
        invited.keep(request, invitation.email)
    here = urlencode({"next": request.path})
    told = {
        "invitation": invitation,
        "is_mine": request.user.is_authenticated and request.user.email.lower() == invitation.email,
        "sign_in": f"{reverse('account_login')}?{here}",
        "sign_up": f"{reverse('account_signup')}?{here}&{urlencode({'email': invitation.email})}",
    }
    return render(request, "portal/invitation.html", told)
