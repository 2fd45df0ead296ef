"""What a person is shown where a page cannot be: a page, or a toast where htmx asked for a part of one."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_redis.exceptions import ConnectionInterrupted

from hermes.core.database_faults import passing
from hermes.core.errors import HermesError, InsufficientScope, Internal, NotFound, Unavailable
from hermes.core.problems import retry_after
from portal import toasts

NOT_YOUR_ROLE = "Your role does not allow this. An owner or admin can give you another one."
AWAY = "Hermes cannot do this for the moment. Try again in a few seconds."
_TITLES = {401: "Sign in first", 403: "This is not allowed", 402: "The units of the plan are spent"}


class AsPages:
    """Middleware: an error of ours, or of a database or Redis that is away, is shown to a person as one.

    NotFound is the 404 that any unknown address has, so what is foreign and what there is not look the same.
    Answers to programs (`/api/`, or no HTML asked for) are left to `mcp_gateway.rest.problems`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only exceptions are looked at."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of an error that is for people; others go on."""
        if request.path.startswith("/api/") or not _is_a_person(request):
            return None
        known = _known(error)
        if isinstance(known, NotFound):
            raise Http404 from None
        return refused(request, known) if known is not None else None


def refused(request: HttpRequest, error: HermesError) -> HttpResponse:
    """The error's own sentence and status; Internal tells nothing of the fault."""
    message = NOT_YOUR_ROLE if isinstance(error, InsufficientScope) else error.message
    if getattr(request, "htmx", False):
        response = HttpResponse(status=error.status)
        toasts.show(response, message, level="error")
        return response
    title = _TITLES.get(error.status, "Not now" if isinstance(error, Internal) else "This did not work")
    response = render(
        request, "refused.html", {"title": title, "message": message, "code": error.code}, status=error.status
    )
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after(error))
    return response


def _known(error: Exception) -> HermesError | None:
    if isinstance(error, HermesError):
        return error
    if isinstance(error, ConnectionInterrupted):
        return Unavailable(AWAY, retry_after_s=5)
    return passing(error)


def _is_a_person(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False)) or "text/html" in request.headers.get("Accept", "")
