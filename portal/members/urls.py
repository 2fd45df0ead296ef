"""URLs of the members."""

from django.urls import path

from portal.members import views

app_name = "members"
urlpatterns = [
    path("", views.index, name="index"),
    path("invite/", views.invite, name="invite"),
    path("leave/", views.leave, name="leave"),
    path("<int:user_id>/role/", views.change_role, name="role"),
    path("<int:user_id>/remove/", views.remove, name="remove"),
    path("invitations/<str:invitation_id>/revoke/", views.revoke, name="revoke"),
]
