"""The sandbox's sign-in page: what a platform would show, so that the whole way can be clicked through."""

import hashlib
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from connectors.sandbox.authorization_server import Refused
from hermes.core.errors import InvalidArgument
from portal.access import MemberRequest, for_members
from tenants import sandbox_http
from tenants.connections import connector_of
from tenants.oauth import attempts, platform_apps


@never_cache
@require_http_methods(["GET", "POST"])
@for_members("connections:manage")
def authorize(request: MemberRequest, platform: str, _rest: str) -> HttpResponse:
    """What the app asks for; allowed, in parts or whole, or refused. Only for who began the attempt."""
    connector = connector_of(platform)
    attempt = attempts.begun(int(request.visit.user.pk), platform, request.GET.get("state", ""))
    server = sandbox_http.authorization_of(attempt.customer.public_id, platform)
    try:
        asked = server.asked({name: request.GET[name] for name in request.GET})
    except Refused as refused:
        raise InvalidArgument(f"The sandbox refuses this request: {refused.description}.") from None
    if asked.redirect_uri != platform_apps.redirect_uri(platform):
        raise InvalidArgument("The sandbox sends nobody back to another address than Hermes' own.")
    if request.method == "POST":
        answer = {"state": asked.state}
        if "allow" in request.POST:
            allowed = tuple(s for s in asked.scopes if s in request.POST.getlist("scope"))
            account = account_of(attempt.customer.public_id, request.POST.get("account", ""))
            code = async_to_sync(server.allow)(asked, scopes=allowed, account=account)
            answer["code"] = code + server.code_suffix
        else:
            answer["error"] = "access_denied"
        return HttpResponseRedirect(f"{asked.redirect_uri}?{urlencode(answer)}")
    spec = platform_apps.spec_of(platform, attempt.provider)
    words = {scope.name: scope.purpose for scope in spec.scopes}
    told = {
        "connector": connector,
        "spec": spec,
        "scopes": [(name, words.get(name, name)) for name in asked.scopes],
    }
    return render(request, "portal/connect/sandbox.html", told)


def account_of(customer: str, name: str) -> str:
    """The account that a customer (public id) has in the sandbox under this name: always the same one."""
    return hashlib.sha256(f"{customer}\n{name.strip().lower()}".encode()).hexdigest()[:12]
