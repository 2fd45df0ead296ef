"""URLs of the webhooks."""

from django.urls import path

from portal.webhooks import changing, deliveries, views

app_name = "webhooks"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<str:webhook_id>/", deliveries.index, name="detail"),
    path("<str:webhook_id>/edit/", views.edit, name="edit"),
    path("<str:webhook_id>/secret/", views.rotate, name="rotate"),
    path("<str:webhook_id>/deliveries/<str:event_id>/", deliveries.detail, name="delivery"),
    path("<str:webhook_id>/deliveries/<str:event_id>/again/", changing.redeliver, name="redeliver"),
    path("<str:webhook_id>/<str:act>/", changing.change, name="change"),
]
