"""URLs of the sandbox."""

from django.urls import path

from portal.sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("", views.index, name="index"),
    path("begin/", views.begin, name="begin"),
    path("<str:connection_id>/", views.account, name="account"),
    path("<str:connection_id>/arrived/", views.arrived, name="arrived"),
]
