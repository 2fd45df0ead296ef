"""What the executor remembers between calls."""

from django.db import models

from mcp_gateway.oauth import models as _oauth  # noqa: F401  (its tables are this app's)


class IdempotencyRecord(models.Model):
    """The answer of a keyed call, kept 24 hours (R-42). `state` is started, done or unknown."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    call_id = models.CharField(max_length=31)
    state = models.CharField(max_length=8)
    answer = models.TextField(blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "key"), name="idempotency_once"),)

    def __str__(self) -> str:
        return f"{self.call_id} {self.state}"
