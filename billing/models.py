"""What a customer pays for and what it has used."""

from django.db import models

LIMIT_STRIPE_ID = 191  # Stripe: at most 255; none is known that comes near


class Subscription(models.Model):
    """The plan a customer is on: the better of the one it is given and the best it pays for.

    Plans themselves are code (`billing.plans`). `given` is the operator's word and holds without payment.
    """

    customer = models.OneToOneField("tenants.Customer", models.CASCADE, related_name="subscription")
    plan = models.CharField(max_length=16, default="free")
    given = models.CharField(max_length=16, default="free")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.plan}"


class StripeCustomer(models.Model):
    """Who pays at Stripe for a customer; a checkout may make another payer each time."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="stripe_customers")
    stripe_id = models.CharField(max_length=LIMIT_STRIPE_ID, unique=True)

    def __str__(self) -> str:
        return self.stripe_id


class StripeSubscription(models.Model):
    """What Stripe last said of a subscription, and of its invoices.

    `told_at`, `told_rank` and `told_by` are the event that told the state, `invoice_at` the time of the event
    that told `payment`. An empty `status` means that only an invoice has been heard of. Where events of one
    second leave their order open the row is `doubtful`, until Stripe is asked.
    """

    class Payment(models.TextChoices):
        NONE = ""
        FAILED = "failed"
        PAID = "paid"

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="stripe_subscriptions")
    stripe_id = models.CharField(max_length=LIMIT_STRIPE_ID, unique=True)
    status = models.CharField(max_length=32, blank=True)
    plan = models.CharField(max_length=16, blank=True)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_rank = models.PositiveSmallIntegerField(default=0)
    told_by = models.CharField(max_length=LIMIT_STRIPE_ID, blank=True)
    doubtful = models.BooleanField(default=False)
    asked_at = models.DateTimeField(null=True, blank=True)
    payment = models.CharField(max_length=8, choices=Payment, default=Payment.NONE, blank=True)
    invoice_at = models.DateTimeField(null=True, blank=True)
    next_payment_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("status", "past_due_since"), name="stripe_past_due"),)

    def __str__(self) -> str:
        return f"{self.stripe_id}: {self.status}"


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
