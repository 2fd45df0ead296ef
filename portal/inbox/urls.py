"""URLs of the inbox."""

from django.urls import path

from portal.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:thread_id>/", views.thread, name="thread"),
    path("<str:thread_id>/read/", views.read, name="read"),
]
