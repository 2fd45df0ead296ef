"""Conversations over all platforms."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from hermes.core import ids
from inbox.forwarding import models as _forwarding  # noqa: F401  (its tables are this app's)
from inbox.signature import EVERYTHING, NUMBERS, signature
from tenants.scoping import TenantModel


def _file_id() -> str:
    return ids.new("fil")


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


class Watch(TenantModel):
    """An account of a platform that does not push: when it is looked at next, and from where on.

    `claim` names whoever is looking now, until `leased_until`. `cursor` is the connector's own.
    """

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="watches")
    connection = models.OneToOneField("tenants.Connection", models.CASCADE, related_name="watch")
    cursor = models.TextField(blank=True)
    next_at = models.DateTimeField(db_index=True)
    claim = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"watch of {self.connection_id}"


class Thread(TenantModel):
    """A conversation of one connection with one contact, group or channel.

    `contact` is the platform's most stable id (a business-scoped user id, a phone number, a chat id);
    `contact_phone` is the number the contact holds now. `named_at` is the time of the message that told
    the name, `read_at` the time up to which inbound messages count as read.
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
            models.Index(fields=("customer", "-last_at", "-id"), name="thread_recent"),
            models.Index(fields=("connection", "contact_phone"), name="thread_phone"),
        )

    def __str__(self) -> str:
        return self.public_id


class ContactNumber(TenantModel):
    """A contact that wrote from a phone number, and when it did so first: what gives a number its holder."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="+")
    connection = models.ForeignKey("tenants.Connection", models.CASCADE, related_name="+", db_index=False)
    phone = models.CharField(max_length=32)
    contact = models.CharField(max_length=191)
    since = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("connection", "phone", "contact"), name="contact_number_once"),
        )
        indexes = (models.Index(fields=("connection", "contact"), name="numbers_of_contact"),)

    def __str__(self) -> str:
        return f"{self.contact} has {self.phone}"


class Turnstile(models.Model):
    """A row per connection, locked while events are applied to its inbox: one worker at a time does so."""

    connection = models.OneToOneField(
        "tenants.Connection", models.CASCADE, primary_key=True, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.pk)


GRAMS = tuple(f"grams_{number}" for number in range(NUMBERS))


class Message(TenantModel):
    """A message in a thread; `upstream_id` is the platform's id and unique per connection.

    `contact` and `contact_name` name the other side as the message did, `telling` is the digest of what the
    platform told of it: of two tellings of one id the smaller (time, digest) is kept, whichever came first.

    Without a thread it has only been heard of (a status, an edit or a revoke came first): it waits for
    its text and is shown in no conversation. Of a revoked message no text or media is kept.
    A reaction is a row of kind `reaction` whose `reply_to` names the message. The grams are the text's
    signature, by which it is searched (`inbox.signature`).
    """

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    public_id = models.CharField(max_length=31, unique=True, default=_message_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="messages", db_index=False)
    connection = models.ForeignKey(
        "tenants.Connection", models.CASCADE, related_name="messages", db_index=False
    )
    thread = models.ForeignKey(
        Thread, models.CASCADE, related_name="messages", null=True, blank=True, db_index=False
    )
    upstream_id = models.CharField(max_length=191)
    telling = models.CharField(max_length=64, blank=True)
    contact = models.CharField(max_length=191, blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
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
    grams_0 = models.BigIntegerField(default=EVERYTHING)
    grams_1 = models.BigIntegerField(default=EVERYTHING)
    grams_2 = models.BigIntegerField(default=EVERYTHING)
    grams_3 = models.BigIntegerField(default=EVERYTHING)
    # The database's default too: what wrote messages before these were there does not name them.
    grams_4 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_5 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_6 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_7 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_8 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_9 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_10 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)
    grams_11 = models.BigIntegerField(default=EVERYTHING, db_default=EVERYTHING)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "upstream_id"), name="message_once"),)
        indexes = (
            models.Index(fields=("thread", "-at", "-id"), name="message_recent"),
            models.Index(fields=("customer", "connection", "-at", "-id", *GRAMS), name="message_signature"),
        )

    def save(self, *, update_fields: Iterable[str] | None = None, **how: Any) -> None:
        """As every model's; the signature follows the text."""
        if update_fields is None or "text" in update_fields:
            self.sign()
            update_fields = None if update_fields is None else (*update_fields, *GRAMS)
        super().save(update_fields=update_fields, **how)

    def sign(self) -> None:
        """Bring the signature up to the text; `save` does so too."""
        for name, bits in zip(GRAMS, signature(self.text), strict=True):
            setattr(self, name, bits)

    def __str__(self) -> str:
        return self.public_id


class Event(TenantModel):
    """Something that happened in an inbox, kept for those who wait for it.

    `number` grows by one in the order of the commits, for each customer and mode (live or test keys): who has
    seen number 7 has missed nothing before it.
    """

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="events", db_index=False)
    mode = models.CharField(max_length=4)
    number = models.PositiveBigIntegerField()
    type = models.CharField(max_length=24)
    message = models.ForeignKey(Message, models.CASCADE, related_name="events")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "mode", "number"), name="event_once"),)
        indexes = (models.Index(fields=("at",), name="event_age"),)

    def __str__(self) -> str:
        return f"{self.type} {self.number}"


class EventCount(TenantModel):
    """The number of the last event of a customer's mode; locked by who records one until its commit."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=4)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "mode"), name="event_count_once"),)

    def __str__(self) -> str:
        return f"{self.mode} {self.last}"


class HandedFile(TenantModel):
    """A file that a platform is to fetch, until `expires_at`; its bytes are its parts."""

    public_id = models.CharField(max_length=31, unique=True, default=_file_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="handed_files")
    mime_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.public_id


class HandedPart(models.Model):
    """A piece of a handed file, in the order of `number`."""

    file = models.ForeignKey(HandedFile, models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("file", "number"), name="handed_part_once"),)

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
