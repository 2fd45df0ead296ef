"""URLs of the playground."""

from django.urls import path

from portal.playground import views

app_name = "playground"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:name>/", views.tool, name="tool"),
]
