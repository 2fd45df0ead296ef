"""Agents' clients, the agents that people connected, and the codes and tokens these hold.

The abstract models are django-oauth-toolkit's; fields that Hermes has no use for are taken out.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractRefreshToken,
    ApplicationManager,
    TokenChecksumField,
)

from hermes.core import ids
from hermes.core.errors import InvalidArgument
from mcp_gateway.oauth import redirects
from mcp_gateway.oauth.fields import Digest, SecretDigest
from tenants import texts
from tenants.models import ApiKey, Customer, Membership
from tenants.scoping import TenantModel

LIMIT_NAME = 100


def _agent_id() -> str:
    return ids.new("agt")


class OAuthClient(AbstractApplication):
    """A program that may ask people for access. It belongs to no customer: anybody can register one.

    `auth_method` is how it proves itself at the token endpoint; `used_at` when it was last given a token.
    """

    client_secret = SecretDigest(max_length=255, blank=True, default=generate_client_secret)
    auth_method = models.CharField(max_length=24, default="none")
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationManager()

    class Meta(AbstractApplication.Meta):
        indexes = (models.Index(fields=("created",), name="oauth_client_age"),)

    def get_allowed_schemes(self) -> list[str]:
        """With `http`, which `clean` keeps to the person's own machine."""
        return [*super().get_allowed_schemes(), "http"]

    def clean(self) -> None:
        """Raise ValidationError for a grant, a redirect or a name that no client may have."""
        super().clean()
        if self.authorization_grant_type != self.GRANT_AUTHORIZATION_CODE:
            raise ValidationError({"authorization_grant_type": "The grant is authorization_code."})
        uris = self.redirect_uris.split()
        if len(uris) > redirects.LIMIT_URIS:
            raise ValidationError({"redirect_uris": f"At most {redirects.LIMIT_URIS} redirects."})
        schemes = tuple(settings.OAUTH2_PROVIDER["ALLOWED_REDIRECT_URI_SCHEMES"])
        if not all(redirects.is_permitted(uri, editor_schemes=schemes) for uri in uris):
            raise ValidationError(
                {"redirect_uris": "A redirect is https:// with a path, or http:// on 127.0.0.1 or localhost."}
            )
        if self.name:
            try:
                self.name = texts.checked(self.name, argument="client_name", limit_chars=LIMIT_NAME)
            except InvalidArgument as refused:
                raise ValidationError({"name": refused.message}) from None

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Whether a request may be answered at `uri`."""
        return any(redirects.is_same(uri, registered) for registered in self.redirect_uris.split())

    @property
    def is_local(self) -> bool:
        """Whether it can only be answered on the person's own machine, so that anybody may pose as it."""
        return all(redirects.is_own_machine(uri) for uri in self.redirect_uris.split())


class Agent(TenantModel):
    """What a member let a client do for a customer: client, redirect host and scopes are one consent.

    It ends with the membership. `mode` test is the sandbox only; `scope` is sorted, between spaces.
    """

    public_id = models.CharField(max_length=31, unique=True, default=_agent_id, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="agents")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="agents")
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="agents")
    redirect_host = models.CharField(max_length=255)
    scope = models.CharField(max_length=200)
    mode = models.CharField(max_length=4, choices=ApiKey.Mode)
    profile = models.CharField(max_length=16, default="core")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.public_id} at {self.redirect_host}"

    @property
    def scopes(self) -> frozenset[str]:
        """What was consented to."""
        return frozenset(self.scope.split())


class AuthorizationCode(AbstractGrant):
    """A code on its way to its client; `family` is that of the tokens it was redeemed for."""

    code = Digest(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="codes")
    family = models.UUIDField(null=True, editable=False)


class AccessToken(AbstractAccessToken):
    """A token that opens /mcp and REST, or (without an agent) a client's own registration."""

    id_token = None
    source_refresh_token = None
    agent = models.ForeignKey(Agent, models.CASCADE, null=True, related_name="access_tokens")
    family = models.UUIDField(null=True, editable=False, db_index=True)

    class Meta(AbstractAccessToken.Meta):
        indexes = (models.Index(fields=("expires",), name="access_token_expiry"),)


class RefreshToken(AbstractRefreshToken):
    """A token for new tokens. `revoked` is when it was first used; `expires_at` is its whole family's."""

    access_token = None
    token_checksum = TokenChecksumField(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="refresh_tokens")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=("token_family",), name="refresh_token_family"),)
