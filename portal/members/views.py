"""Pages of the members: who they are, inviting, other roles, removing, leaving."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from hermes.core.errors import HermesError
from portal.access import MemberRequest, for_members
from portal.forms import add_refusal
from portal.letters import outbox, writing
from portal.members.forms import InvitationForm, roles_for
from tenants import invitations, members
from tenants.models import Invitation
from tenants.roles import ROLES


@for_members()
def index(request: MemberRequest) -> HttpResponse:
    """The members; who may manage them sees open invitations and the forms too."""
    form = InvitationForm(permissions=request.visit.permissions)
    return _page(request, form)


@require_POST
@for_members("members:manage")
def invite(request: MemberRequest) -> HttpResponse:
    """Send an invitation."""
    form = InvitationForm(request.POST, permissions=request.visit.permissions)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        made = invitations.invite(request.visit.membership, **form.cleaned_data, by=request.visit.actor)
    except HermesError as error:
        add_refusal(form, error)
        return _page(request, form, status=error.status)
    _write(request, made)
    messages.success(request, f"A letter is on its way to {made.email}.")
    return redirect("members:index")


@require_POST
@for_members("members:manage")
def change_role(request: MemberRequest, user_id: int) -> HttpResponse:
    """Give a member another role."""
    role = request.POST.get("role", "")
    changed = members.change_role(request.visit.customer.pk, user_id, role, by=request.visit.actor)
    messages.success(request, f"{changed.user.email} is {changed.get_role_display().lower()} now.")
    return redirect("members:index")


@require_POST
@for_members("members:manage")
def remove(request: MemberRequest, user_id: int) -> HttpResponse:
    """Remove a member."""
    members.remove(request.visit.customer.pk, user_id, by=request.visit.actor)
    messages.success(request, "The member is removed.")
    return redirect("members:index")


@require_POST
@for_members()
def leave(request: MemberRequest) -> HttpResponse:
    """End one's own membership."""
    name = request.visit.customer.name
    members.leave(request.visit.membership, by=request.visit.actor)
    messages.success(request, f"You have left {name}.")
    return redirect("home:index")


@require_POST
@for_members("members:manage")
def revoke(request: MemberRequest, invitation_id: str) -> HttpResponse:
    """End an open invitation."""
    invitations.revoke(request.visit.customer.pk, invitation_id, by=request.visit.actor)
    messages.success(request, "The invitation has ended.")
    return redirect("members:index")


def _page(request: MemberRequest, form: InvitationForm, status: int = 200) -> HttpResponse:
    visit = request.visit
    manages = visit.may("members:manage")
    told = {
        "members": [
            (member, manages and ROLES[member.role] <= visit.permissions)
            for member in members.listed(visit.customer.pk)
        ],
        "invitations": invitations.listed(visit.customer.pk) if manages else (),
        "roles": roles_for(visit.permissions),
        "manages": manages,
        "form": form,
    }
    return render(request, "portal/members/index.html", told, status=status)


def _write(request: MemberRequest, invitation: Invitation) -> None:
    path = reverse("invitation", args=[invitations.token_of(invitation)])
    told = {
        "customer": request.visit.customer.name,
        "inviter": request.visit.membership.user.email,
        "role": invitation.get_role_display().lower(),
        "until": invitation.expires_at,
    }
    written = writing.write("invitation", told, address=path)
    outbox.put(invitation.email, *written, customer_id=request.visit.customer.pk)
