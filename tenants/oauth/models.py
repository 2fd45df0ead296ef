"""What is kept of OAuth: a customer's own apps, attempts to connect, and what was granted."""

from django.conf import settings
from django.db import models

from hermes.core import ids
from tenants.scoping import TenantModel


def _attempt_id() -> str:
    return ids.new("oat")


class OAuthApp(TenantModel):
    """A customer's own app at an authorization server; `sealed` is its secret and further values."""

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="oauth_apps")
    provider = models.CharField(max_length=32)
    client_id = models.CharField(max_length=255)
    scopes = models.JSONField(default=list)
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "provider"), name="oauth_app_once"),)

    def __str__(self) -> str:
        return f"{self.provider} app of {self.customer_id}"


class ConnectAttempt(TenantModel):
    """One try of one person to connect an account: begun here, allowed at the platform, confirmed here.

    `state_digest` stands for the state, which is good once: `stage` moves on. `sealed` holds the PKCE
    verifier, and once the platform has answered the tokens and the accounts they open. `link` is the public
    id of the connect link it began from.
    """

    class Stage(models.TextChoices):
        BEGUN = "begun"
        ALLOWED = "allowed"
        ENDED = "ended"

    public_id = models.CharField(max_length=31, unique=True, default=_attempt_id, editable=False)
    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="connect_attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    platform = models.CharField(max_length=32)
    provider = models.CharField(max_length=32)
    mode = models.CharField(max_length=4)
    label = models.CharField(max_length=80, blank=True)
    link = models.CharField(max_length=31, blank=True)
    is_own_app = models.BooleanField(default=False)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.BEGUN)
    state_digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.platform} by {self.user_id} ({self.public_id})"


class OAuthGrant(TenantModel):
    """What a platform granted for a connection; its access token is the connection's credential.

    `sealed` holds the refresh token. `expires_at` is when the access token ends, None where it does not by
    itself; `renew_at` when it is renewed next, None where nobody but a person can. `lease` is the fence of
    who renews it now, until `leased_until`. `notice` tells the owner what to do, and when.
    """

    customer = models.ForeignKey("tenants.Customer", models.CASCADE, related_name="oauth_grants")
    connection = models.OneToOneField("tenants.Connection", models.CASCADE, related_name="grant")
    provider = models.CharField(max_length=32)
    is_own_app = models.BooleanField(default=False)
    scopes = models.JSONField(default=list)
    sealed = models.TextField()
    expires_at = models.DateTimeField(null=True)
    renew_at = models.DateTimeField(null=True, db_index=True)
    issued_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    lease = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    notice = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.provider} grant of {self.connection_id}"
