"""Pages of the keys. A key's text is in the answer that makes it and in no other."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from hermes.core import clock
from hermes.core.errors import HermesError
from mcp_gateway.oauth import agents
from portal.access import MemberRequest, for_members
from portal.forms import add_refusal
from portal.keys.forms import NewKeyForm, RotationForm
from tenants import keys

LIMIT_ENDED = 50


@for_members("keys:manage")
def index(request: MemberRequest) -> HttpResponse:
    """The keys that work, and the newest of those that have ended."""
    now = clock.now()
    rows = keys.listed(request.visit.customer.pk).select_related("replaced_by")
    in_use = [key for key in rows if keys.is_usable(key, now)]
    ended = [key for key in rows if not keys.is_usable(key, now)][:LIMIT_ENDED]
    told = {"keys": in_use, "ended": ended, "agents": agents.listed(request.visit.customer.pk)}
    return render(request, "portal/keys/index.html", told)


@require_http_methods(["GET", "POST"])
@for_members("keys:manage")
def new(request: MemberRequest) -> HttpResponse:
    """The form of a new key; then the key's text, this once."""
    form = NewKeyForm(request.POST or None, permissions=request.visit.permissions)
    if form.is_valid():
        try:
            issued = keys.issue(
                request.visit.customer.pk,
                name=form.cleaned_data["name"],
                mode=form.cleaned_data["mode"],
                limits=form.limits,
                by=request.visit.actor,
            )
            return render(request, "portal/keys/made.html", {"key": issued.key, "secret": issued.text})
        except HermesError as error:
            add_refusal(form, error)
    return render(request, "portal/keys/new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_members("keys:manage")
def rotate(request: MemberRequest, key_id: str) -> HttpResponse:
    """A successor with the same limits; its text, this once."""
    old = keys.get(request.visit.customer.pk, key_id)
    form = RotationForm(request.POST or None)
    if form.is_valid():
        try:
            issued = keys.rotate(
                request.visit.customer.pk, key_id, overlap=form.lasting, by=request.visit.actor
            )
            told = {"key": issued.key, "secret": issued.text, "old": keys.get(old.customer_id, key_id)}
            return render(request, "portal/keys/made.html", told)
        except HermesError as error:
            add_refusal(form, error)
    told = {"form": form, "key": old}
    return render(request, "portal/keys/rotate.html", told, status=400 if form.errors else 200)


@require_POST
@for_members("keys:manage")
def revoke(request: MemberRequest, key_id: str) -> HttpResponse:
    """End a key at once."""
    key = keys.revoke(request.visit.customer.pk, key_id, by=request.visit.actor)
    messages.success(request, f"“{key.name}” is revoked and refused everywhere within seconds.")
    return redirect("keys:index")


@require_POST
@for_members("keys:manage")
def disconnect(request: MemberRequest, agent_id: str) -> HttpResponse:
    """End what an agent was let do; all its tokens end."""
    agent = agents.revoke(request.visit.customer.pk, agent_id, by=request.visit.actor)
    messages.success(request, f"{agent.client} is disconnected and refused everywhere within seconds.")
    return redirect("keys:index")
