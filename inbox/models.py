"""Conversations over all platforms."""

from typing import Any, ClassVar

from django.db import models

from hermes.core import ids
from tenants.scoping import ScopedManager


def _thread_id() -> str:
    return ids.new("thr")


def _message_id() -> str:
    return ids.new("msg")


class Thread(models.Model):
    """A conversation of one connection with one contact, group or channel.

    `contact` is the platform's stable id (a phone number, a business-scoped user id, a chat id).
    """

    public_id = models.CharField(max_length=31, unique=True, default=_thread_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="threads")
    connection = models.ForeignKey("tenants.Connection", models.CASCADE, related_name="threads")
    contact = models.CharField(max_length=191)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    last_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True, blank=True)
    unread = models.PositiveIntegerField(default=0)

    objects: ClassVar[ScopedManager[Any]] = ScopedManager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "contact"), name="thread_once"),)
        indexes = (models.Index(fields=("customer", "-last_at"), name="thread_recent"),)

    def __str__(self) -> str:
        return self.public_id


class Message(models.Model):
    """A message in a thread; `upstream_id` is the platform's id and unique per connection."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    public_id = models.CharField(max_length=31, unique=True, default=_message_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="messages")
    connection = models.ForeignKey("tenants.Connection", models.CASCADE, related_name="messages")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages")
    upstream_id = models.CharField(max_length=191)
    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(max_length=24)
    text = models.TextField(blank=True)
    reply_to = models.CharField(max_length=191, blank=True)
    media = models.JSONField(null=True, blank=True)
    extra = models.JSONField(default=dict)
    status = models.CharField(max_length=16, blank=True)
    status_rank = models.PositiveSmallIntegerField(default=0)
    statuses = models.JSONField(default=list)
    at = models.DateTimeField()
    call_id = models.CharField(max_length=31, blank=True)

    objects: ClassVar[ScopedManager[Any]] = ScopedManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("connection", "upstream_id"), name="message_once"),
        )
        indexes = (models.Index(fields=("thread", "-at"), name="message_recent"),)

    def __str__(self) -> str:
        return self.public_id
