"""Clients register themselves (RFC 7591) and look after their registration (RFC 7592).

The toolkit does the work; here is what it leaves out: a limit, members of the answer that the RFC demands,
and the way of proof that was asked for.
"""

from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from oauth2_provider.views.dynamic_client_registration import (
    DynamicClientRegistrationManagementView,
    DynamicClientRegistrationView,
)

from hermes.core import limits
from mcp_gateway.oauth import doors
from mcp_gateway.oauth.client_metadata import METHODS, fitted
from mcp_gateway.oauth.models import OAuthClient

PER_ADDRESS = limits.Bucket("register", capacity=10, per_minute=10 / 60)
DEFAULT_METHOD = "client_secret_basic"  # RFC 7591, section 2


@method_decorator(doors.for_machines(), name="dispatch")
class Registration(DynamicClientRegistrationView):
    """`POST /oauth/register`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """201 with the client; 400 with `invalid_client_metadata` or `invalid_redirect_uri`; 429."""
        if (refused := doors.throttled(request, PER_ADDRESS)) is not None:
            return refused
        _fit(request)
        return _completed(super().post(request, *args, **kwargs), request)


@method_decorator(doors.for_machines(), name="dispatch")
class RegistrationById(DynamicClientRegistrationManagementView):
    """`GET`, `PUT` and `DELETE /oauth/register/<client_id>` with the registration's own token."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The registration."""
        return _completed(super().get(request, *args, **kwargs), request)

    def put(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The registration, replaced; its token changes."""
        _fit(request)
        return _completed(super().put(request, *args, **kwargs), request)


def _fit(request: HttpRequest) -> None:
    try:
        given = msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return  # the toolkit refuses it
    request._body = msgspec.json.encode(fitted(given))


def _completed(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """The toolkit's answer with what RFC 7591, section 3.2.1 has beside it."""
    told = msgspec.json.decode(response.content) if response.content else {}
    if response.status_code >= 400:
        if "redirect_uris" in told.get("error_description", ""):
            told["error"] = "invalid_redirect_uri"
            return JsonResponse(told, status=response.status_code, headers=_challenge(response))
        return response
    client = OAuthClient.objects.get(client_id=told["client_id"])
    if request.method != "GET":
        asked = msgspec.json.decode(request.body).get("token_endpoint_auth_method", DEFAULT_METHOD)
        client.auth_method = asked if asked in METHODS else DEFAULT_METHOD
        client.save(update_fields=["auth_method"])
    told |= {
        "client_id_issued_at": int(client.created.timestamp()),
        "response_types": ["code"],
        "token_endpoint_auth_method": client.auth_method,
        "registration_client_uri": f"{settings.PUBLIC_URL}/oauth/register/{client.client_id}",
    }
    if "client_secret" in told:
        told["client_secret_expires_at"] = 0
    return JsonResponse(told, status=response.status_code)


def _challenge(response: HttpResponse) -> dict[str, str]:
    return {name: response.headers[name] for name in ("WWW-Authenticate",) if name in response.headers}
