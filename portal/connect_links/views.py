"""`/connect/<token>`: a member connects the account that an agent or program asks for, once."""

from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hermes.core.errors import HermesError, NotFound
from portal.connections.forms import ConnectForm
from portal.connections.guides import guide_html
from tenants import connect_links, connections
from tenants.actors import Actor, of_member
from tenants.connections import connector_of
from tenants.models import Connection, ConnectLink
from tenants.oauth import connecting, platform_apps

ENDED_STATUS = 410


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Who asks, the guide, the form; the same 404 as an unknown address to whom the link is not for."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        link, member = connect_links.for_member(token, request.user.pk)
    except NotFound:
        raise Http404 from None
    by = of_member(member, surface="portal", address=request.META.get("REMOTE_ADDR", ""))
    if connect_links.status(link) != connect_links.OPEN:
        return _ended(request, link)
    if request.method == "POST" and "provider" in request.POST:
        return _leave(request, link, by)
    return _form(request, link, by)


def _form(request: HttpRequest, link: ConnectLink, by: Actor) -> HttpResponse:
    connector, customer_id = connector_of(link.platform), link.customer_id
    form = ConnectForm(connector, request.POST or None, initial={"label": link.account})
    if form.is_valid():
        try:
            connect_links.use(link, lambda: _connected(link, form, by), by=by)
        except HermesError as refusal:
            form.refuse(refusal)
        else:
            return redirect(request.get_full_path())
    told = {
        "link": link,
        "connector": connector,
        "form": form,
        "guide": guide_html(connector),
        "stopped": _stopped(link),
        "servers": [
            spec for spec in connector.oauth if platform_apps.is_offered(customer_id, spec, mode=link.mode)
        ],
    }
    return render(request, "portal/connect_links/page.html", told, status=400 if form.errors else 200)


def _connected(link: ConnectLink, form: ConnectForm, by: Actor) -> Connection:
    return connections.link(
        link.customer_id, link.platform, form.given, mode=link.mode, label=form.label_given, by=by
    )


def _leave(request: HttpRequest, link: ConnectLink, by: Actor) -> HttpResponse:
    """A page that goes on to the platform: a form may not lead to another origin (CSP, form-action)."""
    address = connecting.begin(
        link.customer_id,
        int(request.user.pk or 0),
        link.platform,
        provider=request.POST["provider"],
        mode=link.mode,
        label=link.account or None,
        link=link.public_id,
        by=by,
    )
    told = {
        "address": address,
        "host": urlsplit(address).hostname,
        "connector": connector_of(link.platform),
    }
    return render(request, "portal/connect/leaving.html", told)


def _ended(request: HttpRequest, link: ConnectLink) -> HttpResponse:
    status = connect_links.status(link)
    told = {"link": link, "status": status, "connector": connector_of(link.platform)}
    is_done = status == connect_links.USED
    return render(request, "portal/connect_links/ended.html", told, status=200 if is_done else ENDED_STATUS)


def _stopped(link: ConnectLink) -> Connection | None:
    """The account that the link is to reconnect."""
    rows = connections.listed(link.customer_id, mode=link.mode).filter(platform=link.platform)
    return rows.filter(account=link.account, status=Connection.Status.NEEDS_REAUTH).first()
