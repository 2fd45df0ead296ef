"""URLs of the connections."""

from django.urls import path

from portal.connections import changing, connecting, views

app_name = "connections"
urlpatterns = [
    path("", views.index, name="index"),
    path("logo/<slug:platform>.svg", views.logo, name="logo"),
    path("new/", connecting.choose, name="choose"),
    path("new/<slug:platform>/", connecting.connect, name="connect"),
    path("<str:connection_id>/", views.detail, name="detail"),
    path("<str:connection_id>/rename/", changing.rename, name="rename"),
    path("<str:connection_id>/<str:act>/", changing.change, name="change"),
]
