"""All URLs that Django serves; the hot doors stand before it in `hermes.asgi`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from hermes.core import health_views
from portal import documentation, landing
from portal.connect import sandbox, views as signing_in
from portal.connect_links import views as connect_links

handler400 = "mcp_gateway.rest.problems.bad_request"
handler403 = "mcp_gateway.rest.problems.permission_denied"
handler404 = "mcp_gateway.rest.problems.not_found"
handler500 = "mcp_gateway.rest.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("docs/", documentation.documentation, name="documentation_index"),
    path("docs/<path:name>/", documentation.documentation, name="documentation"),
    path("healthz", health_views.healthz),
    path("readyz", health_views.readyz),
    path("metrics", health_views.prometheus),
    path("admin/", admin.site.urls),
    path("", include("mcp_gateway.oauth.urls")),
    path("", include("mcp_gateway.rest.urls")),
    path("account/", include("allauth.urls")),
    path("connect/<str:token>", connect_links.page, name="connect_link"),
    path("portal/", include("portal.urls")),
    path("connect/<slug:platform>/callback", signing_in.callback),
    path("sandbox/<slug:platform>/<path:_rest>", sandbox.authorize),
]
