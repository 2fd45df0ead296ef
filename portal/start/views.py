"""Pages of getting started. What is done shows by itself; nothing has to be done in order or at once."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors.registry import all_connectors
from hermes.core.errors import HermesError, NotFound
from mcp_gateway.setup.clients import PLACEHOLDER, Client, clients
from mcp_gateway.setup.examples import examples
from portal.access import MemberRequest, for_members
from portal.connections.forms import RenameForm
from portal.forms import add_refusal
from portal.start import progress
from portal.start.forms import ClientKeyForm
from tenants import connections, keys, sandboxes
from tenants.models import ApiKey

LIMIT_ID = 31
FIRST_TOOL = "hermes_list_connections"


@require_safe
@for_members("keys:manage")
def index(request: MemberRequest) -> HttpResponse:
    """The steps, with what is there of each."""
    found = progress.of(request.visit.customer.pk)
    newest = found.newest_live
    told = {
        "progress": found,
        "newest": newest,
        "name_form": RenameForm({"label": newest.row.account}) if newest else None,
        "has_sandbox": found.has_sandbox,
        "connectors": all_connectors().values(),
        "clients": clients(settings.PUBLIC_URL),
    }
    return render(request, "portal/start/index.html", told)


@require_POST
@for_members("keys:manage")
def sandbox(request: MemberRequest) -> HttpResponse:
    """Begin with the sandbox: an account at the stand-in of every platform."""
    request.visit.actor.require("tools:write")
    sandboxes.ensure(request.visit.customer)
    messages.success(request, "Your sandbox has an account at every platform's stand-in.")
    return redirect("start:index")


@require_http_methods(["GET", "HEAD", "POST"])
@for_members("keys:manage")
def client(request: MemberRequest, client_id: str) -> HttpResponse:
    """How to set a client up: by signing in, or with a key that is made here and shown this once."""
    customer = request.visit.customer
    rows = list(connections.listed(customer.pk))
    form = ClientKeyForm(
        request.POST if request.method == "POST" else None,
        permissions=request.visit.permissions,
        has_live=any(row.mode == ApiKey.Mode.LIVE for row in rows),
        has_sandbox=any(row.mode == ApiKey.Mode.TEST for row in rows),
    )
    chosen, secret = _client(client_id), ""
    if form.is_valid():
        try:
            issued = keys.issue(
                customer.pk,
                name=chosen.name,
                mode=form.cleaned_data["mode"],
                limits=form.limits,
                by=request.visit.actor,
            )
        except HermesError as error:
            add_refusal(form, error)
        else:
            secret = issued.text
    shown = _client(client_id, secret) if secret else chosen
    told: dict[str, Any] = {
        "client": shown,
        "by_sign_in": [way for way in shown.ways if way.auth == "oauth"],
        "by_key": [way for way in shown.ways if way.auth == "key"],
        "secret": secret,
        "first_call": _first_call(secret),
        "form": form,
        "after": _newest(customer.pk),
        "has_client": True,
    }
    return render(request, "portal/start/client.html", told, status=400 if form.errors else 200)


@require_safe
@for_members("keys:manage")
def calls(request: MemberRequest) -> HttpResponse:
    """The first calls, or those `after` one that there was; asked for until there is one."""
    customer_id, after = request.visit.customer.pk, request.GET.get("after", "")[:LIMIT_ID]
    found = progress.latest_calls(customer_id, connections.listed(customer_id), after)
    return render(request, "portal/start/calls.html", {"calls": found, "has_client": True, "after": after})


@require_POST
@for_members()
def hide(request: MemberRequest) -> HttpResponse:
    """Say no more of it on the home."""
    progress.hide(request.visit.customer.pk, int(request.visit.user.pk))
    messages.info(request, "Hidden. “Keys and agents” leads here again.")
    return redirect("home:index")


def _newest(customer_id: int) -> str:
    found = progress.latest_calls(customer_id, ())
    return str(found[0]["id"]) if found else ""


def _client(client_id: str, secret: str = PLACEHOLDER) -> Client:
    found = next((c for c in clients(settings.PUBLIC_URL, secret) if c.id == client_id), None)
    if found is None:
        raise NotFound("There is no such client.")
    return found


def _first_call(secret: str) -> str:
    curl = next(e for e in examples(settings.PUBLIC_URL, FIRST_TOOL, {}) if e.id == "curl")
    return curl.text.replace(PLACEHOLDER, secret) if secret else curl.text
