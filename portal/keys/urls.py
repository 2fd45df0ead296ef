"""URLs of the keys."""

from django.urls import path

from portal.keys import views

app_name = "keys"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("agents/<str:agent_id>/disconnect/", views.disconnect, name="disconnect"),
    path("<str:key_id>/rotate/", views.rotate, name="rotate"),
    path("<str:key_id>/revoke/", views.revoke, name="revoke"),
]
