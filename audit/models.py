"""The audit trail: one row per tool call and per act of management."""

from typing import Any

from django.db import models

from hermes.core.errors import Conflict


class AuditEntry(models.Model):
    """A tool call is `started`, then closed once; other acts are written closed.

    `seq` and `mac` are set when the row is sealed into its customer's chain; a sealed row never changes.
    MariaDB has an index (customer, filter, at) for each filter of the trail besides (migration 0002).
    """

    public_id = models.CharField(max_length=31, unique=True)
    # The composite indexes below begin with the customer; one of its own would cost each insert.
    customer = models.ForeignKey(
        "tenants.Customer", models.CASCADE, related_name="audit_entries", db_index=False
    )
    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor = models.CharField(max_length=80)
    surface = models.CharField(max_length=16)
    client = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=45, blank=True)
    mode = models.CharField(max_length=4, blank=True)
    tool = models.CharField(max_length=64, blank=True)
    platform = models.CharField(max_length=32, blank=True)
    connection = models.CharField(max_length=31, blank=True)
    arguments = models.TextField(blank=True)
    outcome = models.CharField(max_length=32)
    detail = models.CharField(max_length=300, blank=True)
    units = models.PositiveIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    upstream_id = models.CharField(max_length=191, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    seq = models.PositiveBigIntegerField(null=True, blank=True)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("customer", "at"), name="audit_recent"),
            models.Index(fields=("outcome", "at"), name="audit_open"),
            models.Index(fields=("seq", "customer"), name="audit_unsealed"),
        )
        constraints = (models.UniqueConstraint(fields=("customer", "seq"), name="audit_chain"),)

    def __str__(self) -> str:
        return f"{self.public_id} {self.action} {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises Conflict on a row that exists: closing, sealing and purging have their own SQL."""
        if not self._state.adding:
            raise Conflict("An audit entry is never changed; write a new one.")
        super().save(*args, **kwargs)


class DailyCount(models.Model):
    """Calls of one day (UTC), mode, platform and caller, of entries that were sealed (`audit.daily`)."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(db_index=True)
    mode = models.CharField(max_length=4)
    platform = models.CharField(max_length=32, blank=True)
    actor = models.CharField(max_length=80)
    calls = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    units = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "mode", "day", "platform", "actor"), name="daily_count_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day} {self.platform}: {self.units}"


class ChainHead(models.Model):
    """The last sealed link of a customer's chain; `base_*` is where retention last cut it off.

    `seal` is a MAC over all of it, so that nobody without the key can shorten a chain at either end.
    """

    customer = models.OneToOneField("tenants.Customer", models.CASCADE, related_name="audit_head")
    seq = models.PositiveBigIntegerField(default=0)
    mac = models.CharField(max_length=64, blank=True)
    base_seq = models.PositiveBigIntegerField(default=0)
    base_mac = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.customer_id} @ {self.seq}"
