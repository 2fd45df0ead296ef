"""URLs of getting started."""

from django.urls import path

from portal.start import views

app_name = "start"
urlpatterns = [
    path("", views.index, name="index"),
    path("sandbox/", views.sandbox, name="sandbox"),
    path("calls/", views.calls, name="calls"),
    path("hide/", views.hide, name="hide"),
    path("clients/<slug:client_id>/", views.client, name="client"),
]
