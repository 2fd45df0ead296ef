"""URLs of the settings."""

from django.urls import path

from portal.settings import data, deleting, plan, views

app_name = "settings"
urlpatterns = [
    path("", views.index, name="index"),
    path("profile/", views.describe, name="describe"),
    path("plan/", plan.index, name="plan"),
    path("plan/choose/", plan.choose, name="choose_plan"),
    path("plan/manage/", plan.manage, name="manage_plan"),
    path("data/", data.index, name="data"),
    path("data/export/", data.ask, name="export"),
    path("data/<str:export_id>/fetch/", data.fetch, name="fetch"),
    path("data/<str:export_id>/delete/", data.delete, name="delete_export"),
    path("delete/", deleting.delete, name="delete"),
]
