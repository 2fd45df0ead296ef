"""`/openapi.json`, and the pages at `/api/docs` that show it."""

import inspect
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from hermes.core import errors
from mcp_gateway.rest import openapi
from mcp_gateway.rest.reference import operations


@gzip_page  # it holds nothing secret that its length could tell
@require_safe
def document(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    return HttpResponse(
        openapi.document(),
        content_type="application/json",
        headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"},
    )


@gzip_page
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """How to begin, every call by platform and subject, and the errors."""
    return _page(request, "rest/docs.html", errors=kinds_of_errors(), first=operations.first())


@gzip_page
@require_safe
def docs_of(request: HttpRequest, slug: str) -> HttpResponse:
    """The calls of one platform or subject in full."""
    group = operations.groups().get(slug)
    if group is None:
        raise Http404
    return _page(request, "rest/docs_of.html", group=group)


def kinds_of_errors() -> list[tuple[str, int, str]]:
    """Each public code with its status and what it means."""
    first: dict[str, type[errors.HermesError]] = {}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.HermesError) and kind is not errors.HermesError:
            first.setdefault(kind.code, kind)
    return [(code, kind.status, inspect.cleandoc(kind.__doc__ or "")) for code, kind in first.items()]


def _page(request: HttpRequest, template: str, **told: Any) -> HttpResponse:
    shared = {"groups": operations.groups().values(), "public_url": settings.PUBLIC_URL}
    return render(request, template, {**shared, **told})
