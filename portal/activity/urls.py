"""URLs of the activity."""

from django.urls import path

from portal.activity import views

app_name = "activity"
urlpatterns = [
    path("", views.index, name="index"),
    path("activity.<str:kind>", views.download, name="download"),
]
