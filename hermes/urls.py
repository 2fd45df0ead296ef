"""All URLs that Django serves; the hot doors stand before it in `hermes.asgi`."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
