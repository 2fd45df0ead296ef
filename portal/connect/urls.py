"""URLs of signing in at platforms. The way back is `connect/<platform>/callback`, outside of the portal."""

from django.urls import path

from portal.connect import apps, views

app_name = "connect"
urlpatterns = [
    path("", apps.index, name="index"),
    path("apps/<slug:platform>/<slug:provider>/", apps.app, name="app"),
    path("apps/<slug:platform>/<slug:provider>/drop/", apps.drop, name="drop"),
    path("confirm/<str:attempt_id>/", views.confirm, name="confirm"),
    path("confirm/<str:attempt_id>/cancel/", views.cancel, name="cancel"),
    path("<slug:platform>/start/", views.start, name="start"),
    path("<slug:platform>/start", views.start),
]
