"""To the platform, back from it, and the page where a person confirms whose account it is."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hermes.core.errors import HermesError
from portal import onward
from portal.access import MemberRequest, for_members
from portal.connect.forms import ConfirmForm
from portal.connections.connecting import MODES
from tenants import connect_links
from tenants.connections import connector_of
from tenants.models import Connection
from tenants.oauth import connecting
from tenants.oauth.attempts import AttemptRefused
from tenants.oauth.pending import Pending


@never_cache
@require_POST
@for_members("connections:manage")
def start(request: MemberRequest, platform: str) -> HttpResponse:
    """A page that goes on to the platform.

    It is a page and no redirect, because a form of ours may not lead to another origin (CSP form-action).
    """
    onward.keep(request)
    address = connecting.begin(
        request.visit.customer.pk,
        _user(request),
        platform,
        provider=request.POST.get("provider") or None,
        mode=MODES.get(request.POST.get("mode", "live"), "live"),
        label=request.POST.get("label") or None,
        by=request.visit.actor,
    )
    told = {"address": address, "host": urlsplit(address).hostname, "connector": connector_of(platform)}
    return render(request, "portal/connect/leaving.html", told)


@never_cache
@require_GET
@sensitive_variables("answer")
@for_members()
def callback(request: MemberRequest, platform: str) -> HttpResponse:
    """The way back: what the platform says is taken, and the address bar is left without it.

    Raises AttemptRefused (400) where the state is not this person's, used or old.
    """
    answer = {name: request.GET[name] for name in request.GET}
    waiting = connecting.finish(_user(request), platform, answer, address=_address(request))
    return redirect("connect:confirm", waiting.id)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@for_members()
def confirm(request: MemberRequest, attempt_id: str) -> HttpResponse:
    """Whose account it is, what was allowed and what is missing; then it is connected."""
    waiting = connecting.pending(_user(request), attempt_id)
    form = ConfirmForm(waiting, request.POST or None)
    if form.is_valid():
        try:
            made = _connected(request, waiting, form)
        except AttemptRefused:
            raise
        except HermesError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{waiting.connector.name} is connected as “{made.account}”.")
            return onward.go("" if waiting.link else onward.kept(request), _usual(waiting, made))
    told = {"waiting": waiting, "form": form}
    return render(request, "portal/connect/confirm.html", told, status=400 if form.errors else 200)


@require_POST
@for_members()
def cancel(request: MemberRequest, attempt_id: str) -> HttpResponse:
    """Connect nothing, and give the access back."""
    connecting.cancel(_user(request), attempt_id)
    messages.info(request, "Nothing was connected.")
    return redirect("connections:index")


def _usual(waiting: Pending, made: Connection) -> str:
    """The account's page, or the connect link's, which sends back to the agent."""
    if not waiting.link:
        return reverse("connections:detail", args=[made.public_id])
    link = connect_links.get(waiting.customer.pk, waiting.link, mode=waiting.mode)
    return connect_links.address(link)


def _connected(request: MemberRequest, waiting: Pending, form: ConfirmForm) -> Connection:
    def connect() -> Connection:
        return connecting.confirm(
            _user(request),
            waiting.id,
            account=form.cleaned_data["account"],
            label=form.cleaned_data["label"] or None,
            inputs=form.inputs,
            address=_address(request),
        )

    if not waiting.link:
        return connect()
    link = connect_links.get(waiting.customer.pk, waiting.link, mode=waiting.mode)
    return connect_links.use(link, connect, by=request.visit.actor)


def _user(request: MemberRequest) -> int:
    return int(request.visit.user.pk)


def _address(request: MemberRequest) -> str:
    return request.visit.actor.address
