"""`/openapi.json`, and `/api/docs` that shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mcp_gateway.rest import openapi


@require_safe
def document(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    return HttpResponse(
        openapi.document(),
        content_type="application/json",
        headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"},
    )


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """A page to browse the document and to try calls with a key of one's own."""
    return render(request, "rest/docs.html")
