"""What a customer pays for and what it has used."""

from django.db import models


class Subscription(models.Model):
    """The plan a customer is on; plans themselves are code (`billing.plans`)."""

    customer = models.OneToOneField("tenants.Customer", models.CASCADE, related_name="subscription")
    plan = models.CharField(max_length=16, default="free")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.plan}"


class UsagePeriod(models.Model):
    """Units of one calendar month (UTC) in one mode. `used` counts reserved and settled units."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="usage_periods")
    mode = models.CharField(max_length=4)
    period = models.CharField(max_length=7)
    quota = models.PositiveBigIntegerField()
    used = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("customer", "mode", "period"), name="usage_period_once"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.mode} {self.period}: {self.used}/{self.quota}"
