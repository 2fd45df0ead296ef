"""Where customers have their events forwarded to, and each event on its way there."""

from django.db import models

from hermes.core import clock, ids
from tenants.models import ApiKey
from tenants.scoping import TenantModel


def _endpoint_id() -> str:
    return ids.new("whe")


class WebhookEndpoint(TenantModel):
    """A customer's own address that is told what happens.

    `sealed` is the secret that signs, `sealed_before` the one it followed, which signs too until
    `before_until`. `failing_since` and `failed_at` are the first and the last of the failures in a row.
    One worker at a time has the endpoint (`leased_until`); `rests_until` is what it asked for itself.
    """

    public_id = models.CharField(max_length=31, unique=True, default=_endpoint_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=2048)
    mode = models.CharField(max_length=4, choices=ApiKey.Mode)
    events = models.JSONField(default=list)
    description = models.CharField(max_length=200, blank=True)
    sealed = models.TextField()
    sealed_before = models.TextField(blank=True)
    before_until = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(default=clock.now)
    rests_until = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.public_id


class ForwardedEvent(TenantModel):
    """One event for one endpoint, written in the transaction of what happened.

    `event_id` is the event's, the same at each endpoint. What is told is read when it is sent: of a message
    the row knows only which one (`connection` is a public id), `detail` is the new status or the reason.
    `attempts` are `{at, status, duration_ms, error}`, the latest last.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="+", db_index=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="forwarded", db_index=False)
    event_id = models.CharField(max_length=31)
    type = models.CharField(max_length=32)
    connection = models.CharField(max_length=31, blank=True)
    upstream_id = models.CharField(max_length=191, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now)
    attempts = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("endpoint", "event_id"), name="forwarded_once"),)
        indexes = (
            models.Index(fields=("state", "endpoint", "next_try_at"), name="forwarded_due"),
            models.Index(fields=("endpoint", "created_at"), name="forwarded_log"),
            models.Index(fields=("created_at",), name="forwarded_age"),
            models.Index(fields=("customer",), name="forwarded_customer"),
        )

    def __str__(self) -> str:
        return self.event_id
