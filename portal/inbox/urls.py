"""URLs of the inbox."""

from django.urls import path

from portal.inbox import live, replying, templates, views

app_name = "inbox"
urlpatterns = [
    path("", views.index, name="index"),
    path("news/", live.threads, name="threads-news"),
    path("<str:thread_id>/", views.thread, name="thread"),
    path("<str:thread_id>/news/", live.messages, name="messages-news"),
    path("<str:thread_id>/read/", views.read, name="read"),
    path("<str:thread_id>/reply/", replying.reply, name="reply"),
    path("<str:thread_id>/templates/", templates.choose, name="templates"),
    path("<str:thread_id>/files/<str:message_id>/", views.file, name="file"),
]
