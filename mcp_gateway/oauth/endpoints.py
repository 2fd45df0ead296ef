"""The token and the revocation endpoint, and where they and all others are (RFC 6749, 7009, 8414, 9728)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views.metadata import OAuthProtectedResourceMetadataView, OAuthServerMetadataView
from oauth2_provider.views.mixins import OAuthLibMixin

from hermes.core import limits
from mcp_gateway.oauth import doors

# As for guessed keys. What succeeds is never counted: many people share the address of a hosted client.
FAILURES_PER_ADDRESS = limits.Bucket("token", capacity=100, per_minute=10)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@method_decorator(csrf_exempt, name="dispatch")
@method_decorator(doors.for_machines(), name="dispatch")
class Token(OAuthLibMixin, View):
    """`POST /oauth/token`: a code or a refresh token for new tokens."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """The tokens, or an error of RFC 6749, section 5.2."""
        return _answer(request, self.create_token_response)


@method_decorator(csrf_exempt, name="dispatch")
@method_decorator(doors.for_machines(), name="dispatch")
class Revocation(OAuthLibMixin, View):
    """`POST /oauth/revoke`: a token and all that stem from the same code end."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """200, also for a token that is unknown."""
        return _answer(request, self.create_revocation_response)


@method_decorator(doors.for_machines(kept=True), name="dispatch")
class ServerMetadata(OAuthServerMetadataView):
    """`/.well-known/oauth-authorization-server`."""


@method_decorator(doors.for_machines(kept=True), name="dispatch")
class ResourceMetadata(OAuthProtectedResourceMetadataView):
    """`/.well-known/oauth-protected-resource`, at the root and in the form with the path of /mcp."""


def _answer(request: HttpRequest, create: Callable[[HttpRequest], Any]) -> HttpResponse:
    refused = _flaw(request)
    if refused is not None:
        return refused
    _, headers, body, status = create(request)
    response = HttpResponse(body or b"", status=status, headers={"Content-Type": JSON, **headers})
    if status < 400:
        return response
    return doors.throttled(request, FAILURES_PER_ADDRESS) or response


def _flaw(request: HttpRequest) -> HttpResponse | None:
    """A refusal where the request is not one form that says each thing once (RFC 6749, 3.2)."""
    if request.content_type != FORM:
        return doors.refusal("invalid_request", f"Send a body of {FORM}.")
    if request.META.get("QUERY_STRING"):
        return doors.refusal("invalid_request", "Send parameters in the body, not in the address.")
    doubled = [name for name, values in request.POST.lists() if len(values) > 1 and name != "resource"]
    if doubled:
        return doors.refusal("invalid_request", "A parameter came twice.")
    return None
