"""`/oauth/authorize`: a signed-in person is asked whether a client may act for one of their customers.

The page is shown each time: anybody can pose as a client on the person's own machine (RFC 8252, 8.6). What
was chosen before is only chosen again. The form posts to the address with the client's own parameters, which
are checked anew, and its ticket is good for the person and the parameters that it was shown for.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.http import OAuth2ResponseRedirect
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error

from mcp_gateway.oauth import agents, audience, documents, redirects
from mcp_gateway.oauth.consent_form import ConsentForm
from mcp_gateway.oauth.models import OAuthClient
from tenants import actors, members
from tenants.models import Customer, Membership
from tenants.roles import scopes_of

TICKET_S = 3600
_SALT = "hermes.oauth.consent"
_CARRIED = ("client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for authorization that may be answered at its redirect."""

    client: OAuthClient
    redirect_uri: str
    scopes: Sequence[str]
    resource: Sequence[str]
    credentials: Mapping[str, Any]


class Consent(LoginRequiredMixin, OAuthLibMixin, View):
    """The page (GET) and the answer (POST)."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; a refusal goes to the client where it is known where that is, and is a page otherwise."""
        try:
            asked = self._asked(request)
        except OAuthToolkitError as refused:
            return _refuse(request, refused)
        choices = _choices(request, asked)
        form = ConsentForm(choices, asked.scopes, initial=agents.last_choice(choices, asked.client))
        return _page(request, asked, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Back to the client, with a code or with `access_denied`."""
        try:
            asked = self._asked(request)
            if request.POST.get("decision") != "allow":
                return self._answer(request, asked, allow=False)
            _check_ticket(request)
            form = ConsentForm(_choices(request, asked), asked.scopes, data=request.POST)
            if not form.is_valid():
                return _page(request, asked, form, status=422)
            return self._answer(request, asked, allow=True, **_consented(request, asked, form))
        except OAuthToolkitError as refused:
            return _refuse(request, refused)

    def _asked(self, request: HttpRequest) -> Asked:
        scopes, found = self.validate_authorization_request(request)
        asking = found["request"]
        try:
            if asking.code_challenge_method != "S256" or "code_challenge" in asking.duplicate_params:
                raise InvalidRequestError(description="Send code_challenge_method=S256.", request=asking)
            resource = audience.checked(request.GET.getlist("resource"), request=asking)
        except OAuth2Error as flaw:
            raise OAuthToolkitError(error=flaw) from None
        return Asked(
            client=asking.client,
            redirect_uri=asking.redirect_uri,
            scopes=scopes,
            resource=resource,
            credentials={name: found.get(name) for name in _CARRIED},
        )

    def _answer(
        self, request: HttpRequest, asked: Asked, *, allow: bool, scopes: Sequence[str] = (), **more: Any
    ) -> HttpResponse:
        credentials = {**asked.credentials, "resource": asked.resource, **more}
        target, _, _, _ = self.create_authorization_response(request, " ".join(scopes), credentials, allow)
        return _back(target)


def _consented(request: HttpRequest, asked: Asked, form: ConsentForm) -> dict[str, Any]:
    membership: Membership = form.cleaned_data["customer"]
    scopes = frozenset(form.cleaned_data["scopes"]) & scopes_of(membership.role)
    agent = agents.consent(
        membership,
        asked.client,
        redirect_uri=asked.redirect_uri,
        scopes=scopes,
        mode=form.cleaned_data["mode"],
        profile=form.cleaned_data["profile"],
        by=actors.of_member(membership, surface="oauth", address=request.META["REMOTE_ADDR"]),
    )
    return {"agent": agent, "scopes": sorted(scopes)}


def _choices(request: HttpRequest, asked: Asked) -> list[Membership]:
    """The person's customers for which their role can hand on some of what is asked."""
    mine = members.of_user(cast("int", request.user.pk))
    return [
        membership
        for membership in mine
        if membership.customer.status == Customer.Status.ACTIVE
        and scopes_of(membership.role) & set(asked.scopes)
    ]


def _page(request: HttpRequest, asked: Asked, form: ConsentForm, status: int = 200) -> HttpResponse:
    shown = {
        "client": asked.client,
        "client_host": documents.host_of(asked.client),
        "redirect_host": redirects.host_of(asked.redirect_uri),
        "is_own_machine": redirects.is_own_machine(asked.redirect_uri),
        "form": form,
        "ticket": signing.dumps(_bound(request), salt=_SALT),
    }
    response = render(request, "oauth/consent.html", shown, status=status)
    response.headers["Cache-Control"] = "no-store"
    # Browsers hold a form's redirects to this policy too, and hosted clients redirect further.
    source = redirects.source_of(asked.redirect_uri)
    response._csp_update = {"form-action": [source]}  # type: ignore[attr-defined]
    return response


def _bound(request: HttpRequest) -> list[Any]:
    return [request.user.pk, request.META.get("QUERY_STRING", "")]


def _check_ticket(request: HttpRequest) -> None:
    try:
        bound = signing.loads(request.POST.get("ticket", ""), salt=_SALT, max_age=TICKET_S)
    except signing.BadSignature:
        bound = None
    if bound != _bound(request):
        raise PermissionDenied


def _refuse(request: HttpRequest, refused: OAuthToolkitError) -> HttpResponse:
    error: OAuth2Error = refused.oauthlib_error
    if isinstance(refused, FatalClientError) or not error.redirect_uri:
        return render(request, "oauth/refused.html", {"description": error.description}, status=400)
    told_by = [("iss", settings.PUBLIC_URL)]  # RFC 9207; where nothing was refused the toolkit adds it
    return _back(add_params_to_uri(error.in_uri(error.redirect_uri), told_by))


def _back(target: str) -> HttpResponse:
    response: HttpResponse = OAuth2ResponseRedirect(target, OAuthClient().get_allowed_schemes())
    response.headers["Cache-Control"] = "no-store"
    return response
