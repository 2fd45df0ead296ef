"""URLs of the usage."""

from django.urls import path

from portal.usage import views

app_name = "usage"
urlpatterns = [path("", views.index, name="index")]
