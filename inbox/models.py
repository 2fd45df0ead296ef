"""Conversations over all platforms."""

from django.db import models

from hermes.core import ids
from tenants.scoping import TenantModel


def _thread_id() -> str:
    return ids.new("thr")


def _message_id() -> str:
    return ids.new("msg")


def _delivery_id() -> str:
    return ids.new("whd")


class WebhookDelivery(models.Model):
    """What a platform posted, byte for byte: the row is what the acknowledgement promises.

    A body may be about several customers, so the row belongs to none and no customer sees it. `addressee`
    is the only connection (public id) it may reach, empty where its own ids say whose it is. `lane` keeps
    customers apart in line. `awaits` are the platform ids nobody has connected yet, each between two spaces.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        DONE = "done"
        UNROUTED = "unrouted"
        QUARANTINED = "quarantined"

    public_id = models.CharField(max_length=31, unique=True, default=_delivery_id, editable=False)
    platform = models.CharField(max_length=32)
    addressee = models.CharField(max_length=31, blank=True)
    lane = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    awaits = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("state", "lane", "next_try_at"), name="delivery_due"),
            models.Index(fields=("state", "received_at"), name="delivery_age"),
        )

    def __str__(self) -> str:
        return self.public_id


class Thread(TenantModel):
    """A conversation of one connection with one contact, group or channel.

    `contact` is the platform's most stable id (a business-scoped user id, a phone number, a chat id);
    `contact_phone` finds the same thread. `named_at` is the time of the event that told the name,
    `read_at` the time up to which inbound messages count as read.
    """

    public_id = models.CharField(max_length=31, unique=True, default=_thread_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="threads", db_index=False)
    connection = models.ForeignKey(
        "tenants.Connection", models.CASCADE, related_name="threads", db_index=False
    )
    contact = models.CharField(max_length=191)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    named_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    unread = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "contact"), name="thread_once"),)
        indexes = (
            models.Index(fields=("customer", "-last_at"), name="thread_recent"),
            models.Index(fields=("connection", "contact_phone"), name="thread_phone"),
        )

    def __str__(self) -> str:
        return self.public_id


class Message(TenantModel):
    """A message in a thread; `upstream_id` is the platform's id and unique per connection.

    Without a thread it has only been heard of (a status, an edit or a revoke came first): it waits for
    its text and is shown in no conversation. Of a revoked message no text or media is kept.
    A reaction is a row of kind `reaction` whose `reply_to` names the message.
    """

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    public_id = models.CharField(max_length=31, unique=True, default=_message_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="messages")
    connection = models.ForeignKey(
        "tenants.Connection", models.CASCADE, related_name="messages", db_index=False
    )
    thread = models.ForeignKey(
        Thread, models.CASCADE, related_name="messages", null=True, blank=True, db_index=False
    )
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
    edited_at = models.DateTimeField(null=True, blank=True)
    edit_id = models.CharField(max_length=191, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    call_id = models.CharField(max_length=31, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "upstream_id"), name="message_once"),)
        indexes = (
            models.Index(fields=("thread", "-at"), name="message_recent"),
            models.Index(fields=("connection", "-at"), name="message_newest"),
        )

    def __str__(self) -> str:
        return self.public_id
