"""All URLs that Django serves; the hot doors stand before it in `hermes.asgi`."""

from django.urls import URLPattern, URLResolver, include, path

from hermes.core import health_views

handler400 = "mcp_gateway.rest.problems.bad_request"
handler403 = "mcp_gateway.rest.problems.permission_denied"
handler404 = "mcp_gateway.rest.problems.not_found"
handler500 = "mcp_gateway.rest.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health_views.healthz),
    path("readyz", health_views.readyz),
    path("metrics", health_views.prometheus),
    path("", include("mcp_gateway.rest.urls")),
]
