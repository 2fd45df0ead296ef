"""What is done to a connected account."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hermes.core.errors import HermesError, NotFound
from portal import onward
from portal.access import MemberRequest, for_members
from portal.connections.forms import RenameForm
from tenants import connections
from tenants.actors import Actor

Act = Callable[[int, str, Actor], str]


def _verify(customer_id: int, connection_id: str, by: Actor) -> str:
    connections.verify(customer_id, connection_id, by=by)
    return "The platform answers, and the account works."


def _pause(customer_id: int, connection_id: str, by: Actor) -> str:
    connections.pause(customer_id, connection_id, by=by)
    return "Paused. Agents are told so until you resume it."


def _resume(customer_id: int, connection_id: str, by: Actor) -> str:
    connections.resume(customer_id, connection_id, by=by)
    return "Resumed."


def _disconnect(customer_id: int, connection_id: str, by: Actor) -> str:
    _, sentence = connections.disconnect(customer_id, connection_id, by=by)
    return f"Disconnected. {sentence}"


ACTS: Mapping[str, Act] = {
    "verify": _verify,
    "pause": _pause,
    "resume": _resume,
    "disconnect": _disconnect,
}


@require_POST
@for_members("connections:manage")
def change(request: MemberRequest, connection_id: str, act: str) -> HttpResponse:
    """Verify, pause, resume or disconnect; says how it went on the account's page."""
    if act not in ACTS:
        raise NotFound("There is no such act.")
    customer_id = request.visit.customer.pk
    try:
        messages.success(request, ACTS[act](customer_id, connection_id, request.visit.actor))
    except NotFound:
        raise
    except HermesError as refusal:
        messages.error(request, refusal.message)
    return redirect("connections:detail", connection_id)


@require_POST
@for_members("connections:manage")
def rename(request: MemberRequest, connection_id: str) -> HttpResponse:
    """Give the account another name."""
    form = RenameForm(request.POST)
    try:
        if form.is_valid():
            connections.relabel(
                request.visit.customer.pk,
                connection_id,
                form.cleaned_data["label"],
                by=request.visit.actor,
            )
            messages.success(request, "Renamed. Agents use the new name from now on.")
        else:
            messages.error(request, "A name has 1 to 80 characters.")
    except NotFound:
        raise
    except HermesError as refusal:
        messages.error(request, refusal.message)
    return onward.go(onward.wanted(request), reverse("connections:detail", args=[connection_id]))
