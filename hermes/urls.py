"""All URLs that Django serves; the hot doors stand before it in `hermes.asgi`."""

from django.urls import URLPattern, URLResolver, path

from hermes.core import health_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health_views.healthz),
    path("readyz", health_views.readyz),
    path("metrics", health_views.prometheus),
]
