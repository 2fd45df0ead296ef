"""Customers, who belongs to them, their keys and their connections."""

from django.conf import settings
from django.db import models

from hermes.core import clock, ids
from tenants.oauth import models as _oauth  # noqa: F401  (its tables are this app's)
from tenants.scoping import TenantModel


def _customer_id() -> str:
    return ids.new("cus")


def _key_id() -> str:
    return ids.new("key")


def _connection_id() -> str:
    return ids.new("con")


def _connect_link_id() -> str:
    return ids.new("lnk")


def _invitation_id() -> str:
    return ids.new("inv")


def _export_id() -> str:
    return ids.new("exp")


class Customer(models.Model):
    """A tenant. `data_key` is its own key, wrapped by the key ring; destroying it erases the credentials."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ERASING = "erasing"
        ERASED = "erased"

    public_id = models.CharField(max_length=31, unique=True, default=_customer_id, editable=False)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    instructions = models.TextField(blank=True, max_length=4000)
    data_key = models.TextField(blank=True)
    data_key_kid = models.CharField(max_length=32, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"


class Membership(TenantModel):
    """A user's role in a customer."""

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        DEVELOPER = "developer"
        VIEWER = "viewer"
        AUDITOR = "auditor"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "user"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} of {self.customer_id}"


class ApiKey(TenantModel):
    """A key of a customer. Only the HMAC of its secret is kept."""

    class Mode(models.TextChoices):
        LIVE = "live"
        TEST = "test"

    public_id = models.CharField(max_length=31, unique=True, default=_key_id, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    mode = models.CharField(max_length=4, choices=Mode)
    lookup = models.CharField(max_length=12, unique=True)
    mac = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    scopes = models.JSONField(default=list)
    tools = models.JSONField(null=True, blank=True)
    profile = models.CharField(max_length=16, default="core")
    addresses = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"


class Connection(TenantModel):
    """An account of a customer at a platform. `account` is the label agents name it by.

    `webhook_address` is where the platform was told to post; `webhook_fault` why it could not be told.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        ACTIVE = "active"
        NEEDS_REAUTH = "needs_reauth"
        PAUSED = "paused"
        REVOKED = "revoked"

    class Source(models.TextChoices):
        CUSTOMER = "customer"
        ENVIRONMENT = "environment"
        SANDBOX = "sandbox"

    public_id = models.CharField(max_length=31, unique=True, default=_connection_id, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="connections")
    platform = models.CharField(max_length=32)
    account = models.CharField(max_length=80)
    mode = models.CharField(max_length=4, choices=ApiKey.Mode)
    source = models.CharField(max_length=16, choices=Source, default=Source.CUSTOMER)
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    status_reason = models.CharField(max_length=300, blank=True)
    external_id = models.CharField(max_length=191)
    live_claim = models.CharField(max_length=255, unique=True, null=True, blank=True)
    identity = models.JSONField(default=dict)
    routes = models.JSONField(default=list)
    sealed = models.TextField(blank=True)
    webhook_address = models.CharField(max_length=300, blank=True)
    webhook_fault = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "platform", "mode", "account"), name="connection_account_once"
            ),
        )
        indexes = (models.Index(fields=("platform", "external_id"), name="connection_external"),)

    def __str__(self) -> str:
        return f"{self.platform}:{self.account} ({self.public_id})"


class ConnectLink(TenantModel):
    """A link by which a person may connect one account. Its address is its id and a MAC: no secret is kept.

    `awaited`: an agent's tool offered it and has not been told yet that it was used.
    """

    public_id = models.CharField(max_length=31, unique=True, default=_connect_link_id, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="connect_links")
    platform = models.CharField(max_length=32)
    mode = models.CharField(max_length=4, choices=ApiKey.Mode)
    account = models.CharField(max_length=80, blank=True)
    asked_by = models.CharField(max_length=100)
    asked_as = models.CharField(max_length=200, blank=True)
    awaited = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.platform} ({self.public_id})"


class Invitation(TenantModel):
    """A person asked by e-mail to become a member, once, until it expires. Its address is an id and a MAC."""

    public_id = models.CharField(max_length=31, unique=True, default=_invitation_id, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=150)
    role = models.CharField(max_length=16, choices=Membership.Role)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.role} ({self.public_id})"


class DataExport(TenantModel):
    """An archive of all that is kept of a customer, made by a worker, kept until `expires_at`.

    A worker that makes it has it until `leased_until`; `rows_done` of `rows_total` are written.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    public_id = models.CharField(max_length=31, unique=True, default=_export_id, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="data_exports")
    asked_by = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    leased_until = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "leased_until"), name="data_export_due"),)

    def __str__(self) -> str:
        return self.public_id


class Erasure(models.Model):
    """A customer on its way out; the row goes with the last of what it names.

    `addresses` are those of the owners, who are told how it went; `told` is what platforms said so far.
    It is no belonging of the customer (`tenants.belongings`), which is what lets it outlive the others.
    """

    subject = models.OneToOneField(Customer, models.CASCADE, related_name="+")
    addresses = models.JSONField(default=list)
    told = models.JSONField(default=list)
    asked_at = models.DateTimeField(default=clock.now)
    leased_until = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"erasure of {self.subject_id}"


class RootKey(models.Model):
    """The root of the sub-keys (`hermes.core.subkeys`), sealed by one key of the ring: a wrong key shows."""

    kid = models.CharField(max_length=32, unique=True)
    envelope = models.TextField()

    def __str__(self) -> str:
        return self.kid
