"""A customer's own apps at platforms, by which its people sign in there."""

import dataclasses

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from connectors.kit.connector import Connector
from connectors.kit.oauth import OAuthSpec
from connectors.registry import all_connectors
from hermes.core.errors import HermesError
from portal.access import MemberRequest, for_members
from portal.connect.forms import AppForm
from portal.forms import add_refusal
from tenants.connections import connector_of
from tenants.oauth import platform_apps


@dataclasses.dataclass(frozen=True, slots=True)
class Way:
    """One way to sign in: by Hermes' app, by an own one (its client id), or not yet."""

    connector: Connector
    spec: OAuthSpec
    own: str
    is_offered: bool


@for_members("connections:manage")
def index(request: MemberRequest) -> HttpResponse:
    """Every authorization server, and whose app is used there."""
    customer = request.visit.customer
    own = {app.provider: app.client_id for app in platform_apps.listed(customer.pk)}
    ways = [
        Way(
            connector,
            spec,
            own.get(spec.provider, ""),
            spec.provider in own or platform_apps.has_operators(spec),
        )
        for connector in all_connectors().values()
        for spec in connector.oauth
    ]
    told = {"ways": ways, "may_own": platform_apps.may_own(customer.pk)}
    return render(request, "portal/connect/index.html", told)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@for_members("connections:manage")
def app(request: MemberRequest, platform: str, provider: str) -> HttpResponse:
    """What to register at the platform, and the form of the app."""
    connector, spec = connector_of(platform), platform_apps.spec_of(platform, provider)
    form = AppForm(spec, request.POST or None)
    if form.is_valid():
        try:
            given = {**form.cleaned_data, "provider": provider}
            platform_apps.keep_own(request.visit.customer, platform, given, by=request.visit.actor)
        except HermesError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"Your people sign in at {spec.name} by your own app now.")
            return redirect("connect:index")
    told = {
        "connector": connector,
        "spec": spec,
        "form": form,
        "redirect_uri": platform_apps.redirect_uri(platform),
        "has_own": platform_apps.has_own(request.visit.customer.pk, spec),
    }
    return render(request, "portal/connect/app.html", told, status=400 if form.errors else 200)


@require_POST
@for_members("connections:manage")
def drop(request: MemberRequest, platform: str, provider: str) -> HttpResponse:
    """Forget the app."""
    spec = platform_apps.spec_of(platform, provider)
    platform_apps.drop_own(request.visit.customer, spec.provider, by=request.visit.actor)
    messages.success(request, f"Your own app at {spec.name} is forgotten.")
    return redirect("connect:index")
