"""The letters on their way, and what people hid; what the pages show belongs to the apps below."""

from django.conf import settings
from django.db import models

from hermes.core import clock


class Letter(models.Model):
    """One letter to one address: `sealed` holds its subject and text until it is sent or given up.

    A letter of an `occurrence` stays as an empty row for a while, so that its `user` is told once; others go
    when they are sent. `next_try_at` is None where nothing is left to send.
    """

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    occurrence = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001  (NULLs are not unique)
    to = models.CharField(max_length=254, blank=True)
    sealed = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, default=clock.now, db_index=True)
    at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "occurrence"), name="letter_once"),)

    def __str__(self) -> str:
        return f"letter {self.pk}"


class HiddenStart(models.Model):
    """A person who wants to hear no more of getting started at a customer."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "user"), name="start_hidden_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.customer_id}"
