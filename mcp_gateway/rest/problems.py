"""Every error of Django's side of the REST interface as problem+json: ours, the framework's, and faults."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views import defaults
from msgspec import json
from rest_framework import exceptions
from rest_framework.response import Response

from hermes.core.database_faults import passing
from hermes.core.errors import (
    Forbidden,
    HermesError,
    Internal,
    InvalidArgument,
    MalformedBody,
    NotFound,
)
from hermes.core.problems import CONTENT_TYPE, as_problem, problem_headers
from mcp_gateway.challenges import challenge

NO_PATH = "There is nothing at this path. GET /openapi.json lists what there is."
UNREADABLE = "The request cannot be read; check its host, headers and parameters."
FAULT = "Hermes failed; the fault is logged. Try again later."
log = structlog.get_logger(__name__)


class MethodRefused(InvalidArgument):
    """The path does not take this method; the Allow header names those it takes."""

    status = 405


class FormRefused(InvalidArgument):
    """The client asks for a form of answer that there is not."""

    status = 406


_TRANSLATED: tuple[tuple[Any, HermesError], ...] = (
    (
        exceptions.MethodNotAllowed,
        MethodRefused("This path does not take that method; the Allow header names those it takes."),
    ),
    (exceptions.NotAcceptable, FormRefused("Answers are JSON; accept application/json.")),
    ((Http404, exceptions.NotFound), NotFound(NO_PATH)),
    (SuspiciousOperation, MalformedBody(UNREADABLE)),
    ((PermissionDenied, exceptions.PermissionDenied), Forbidden("This is not allowed.")),
)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """What a view's exception is answered with (REST_FRAMEWORK["EXCEPTION_HANDLER"])."""
    known = _as_ours(error)
    if isinstance(known, Internal) and error is not known:
        log.error("rest_request_failed", view=type(context.get("view")).__name__, exc_info=error)
    headers = {**problem_headers(known), **challenge(known)}
    return Response(as_problem(known), status=known.status, headers=headers, content_type=CONTENT_TYPE)


def _as_ours(error: Exception) -> HermesError:
    if isinstance(error, HermesError):
        return error
    if (away := passing(error)) is not None:
        return away
    return next((ours for theirs, ours in _TRANSLATED if isinstance(error, theirs)), Internal(FAULT))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's 404 (handler404)."""
    if _is_for_people(request):
        return defaults.page_not_found(request, exception)
    return _problem(NotFound(NO_PATH))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's 400 (handler400)."""
    if _is_for_people(request):
        return defaults.bad_request(request, exception)
    return _problem(MalformedBody(UNREADABLE))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's 403 (handler403)."""
    if _is_for_people(request):
        return defaults.permission_denied(request, exception)
    return _problem(Forbidden("This is not allowed."))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's 500 (handler500); Django has logged the fault."""
    if _is_for_people(request):
        return defaults.server_error(request)
    return _problem(Internal(FAULT))


def _is_for_people(request: HttpRequest) -> bool:
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def _problem(error: HermesError) -> HttpResponse:
    return HttpResponse(
        json.encode(as_problem(error)),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=problem_headers(error),
    )
