"""Connecting an account: choose the platform, then its guide beside its form."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connectors.registry import all_connectors
from hermes.core.errors import HermesError, NotFound
from portal import onward
from portal.access import MemberRequest, for_members
from portal.connections.forms import ConnectForm
from portal.connections.guides import guide_html
from tenants import connections
from tenants.connections import connector_of
from tenants.models import ApiKey
from tenants.oauth import platform_apps

MODES = {"live": ApiKey.Mode.LIVE, "sandbox": ApiKey.Mode.TEST}


@for_members("connections:manage")
def choose(request: MemberRequest) -> HttpResponse:
    """All platforms."""
    return render(request, "portal/connections/choose.html", {"connectors": all_connectors().values()})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@for_members("connections:manage")
def connect(request: MemberRequest, platform: str) -> HttpResponse:
    """The guide and the form; the account is verified at the platform before anything is saved."""
    connector, customer_id = connector_of(platform), request.visit.customer.pk
    wanted = request.GET.get("mode", "live")
    if wanted not in MODES:
        raise NotFound("There is no such mode.")
    form = ConnectForm(connector, request.POST or None)
    if form.is_valid():
        try:
            made = connections.link(
                customer_id,
                platform,
                form.given,
                mode=MODES[wanted],
                label=form.label_given,
                by=request.visit.actor,
            )
        except HermesError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{connector.name} is connected as “{made.account}”.")
            return onward.go(onward.wanted(request), reverse("connections:detail", args=[made.public_id]))
    told = {
        "connector": connector,
        "form": form,
        "guide": guide_html(connector),
        "mode": wanted,
        "onward": onward.wanted(request),
        "servers": [
            spec
            for spec in connector.oauth
            if platform_apps.is_offered(customer_id, spec, mode=MODES[wanted])
        ],
    }
    return render(request, "portal/connections/connect.html", told, status=400 if form.errors else 200)
