"""Pages of the sandbox."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from msgspec import to_builtins

from connectors import sandbox
from hermes.core.errors import HermesError, NotFound
from inbox import threads
from inbox.simulation import simulate
from portal.access import MemberRequest, for_members
from portal.connections.views import Account
from portal.forms import add_refusal
from portal.sandbox.forms import SimulateForm
from tenants import connections, sandboxes
from tenants.models import ApiKey, Connection

CONVERSATIONS = 6
# An answer is looked for so many times, a second apart, after something was done.
LOOKS = 8


@require_safe
@for_members("tools:read")
def index(request: MemberRequest) -> HttpResponse:
    """The first account of the sandbox, or how to set it up."""
    first = _accounts(request).first()
    if first is not None:
        return redirect("sandbox:account", first.public_id)
    return render(request, "portal/sandbox/empty.html")


@require_POST
@for_members("tools:write")
def begin(request: MemberRequest) -> HttpResponse:
    """Make an account at the stand-in of every platform; those that are there stay."""
    sandboxes.ensure(request.visit.customer)
    return redirect("sandbox:index")


@require_http_methods(["GET", "HEAD", "POST"])
@for_members("tools:read")
def account(request: MemberRequest, connection_id: str) -> HttpResponse:
    """One account: let somebody write to it, see what came of it, and what can be made to fail."""
    row = _get(request, connection_id)
    simulation = sandbox.simulation(row.platform)
    form = SimulateForm(simulation, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        request.visit.actor.require("tools:write")
        if form.is_valid() and _done(request, row, form):
            return redirect(f"{reverse('sandbox:account', args=[connection_id])}?look={LOOKS}")
    told = {
        "account": Account(row),
        "accounts": [Account(each) for each in _accounts(request)],
        "simulation": simulation,
        "form": form,
        "may_write": request.visit.may("tools:write"),
        **_conversations(request, row),
    }
    return render(request, "portal/sandbox/account.html", told, status=400 if form.errors else 200)


@require_safe
@for_members("tools:read")
def arrived(request: MemberRequest, connection_id: str) -> HttpResponse:
    """The account's conversations, asked for again while `look` is above 0."""
    row = _get(request, connection_id)
    told = {"account": Account(row), **_conversations(request, row)}
    return render(request, "portal/sandbox/conversations.html", told)


def _done(request: MemberRequest, row: Connection, form: SimulateForm) -> bool:
    try:
        payload = simulate(request.visit.customer.public_id, row.public_id, row.platform, form.event)
    except HermesError as refusal:
        add_refusal(form, refusal)
        return False
    if payload is None:
        messages.success(request, "Done. The platform does not push it: the next look finds it.")
    else:
        messages.success(request, "Done. The platform posts it, signed, as it would a real one.")
    return True


def _conversations(request: MemberRequest, row: Connection) -> dict[str, Any]:
    look = request.GET.get("look", "")
    left = min(int(look), LOOKS) if look.isdecimal() and len(look) < 3 else 0
    if not request.visit.may("inbox:read"):
        return {"look": 0}
    page = threads.threads(request.visit.customer.pk, [row.pk], limit=CONVERSATIONS)
    return {"conversations": to_builtins(page)["threads"], "look": left, "next_look": left - 1}


def _accounts(request: MemberRequest) -> Any:
    return connections.listed(request.visit.customer.pk, mode=ApiKey.Mode.TEST)


def _get(request: MemberRequest, connection_id: str) -> Connection:
    row = connections.get(request.visit.customer.pk, connection_id, mode=ApiKey.Mode.TEST)
    if row.status == Connection.Status.REVOKED:
        raise NotFound("This account was disconnected.")
    return row
