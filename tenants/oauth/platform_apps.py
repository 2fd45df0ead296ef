"""Which app at a platform people let in: the operator's, or the customer's own where it has one."""

from collections.abc import Mapping

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from billing import subscriptions
from connectors.kit.oauth import App, OAuthSpec
from connectors.kit.secret import Secret
from connectors.registry import all_connectors
from hermes.core import crypto
from hermes.core.errors import InvalidArgument, NotAllowedByPlatform, NotFound, PlanLimit
from tenants import data_keys
from tenants.actors import Actor
from tenants.models import Customer
from tenants.oauth.models import OAuthApp

LIMIT_CHARS = 2000


def spec_of(platform: str, provider: str | None = None) -> OAuthSpec:
    """The authorization server of a platform; `provider` says which where it has several.

    Raises NotFound (no such platform, or none that is connected this way) and InvalidArgument (which?).
    """
    connector = all_connectors().get(platform)
    specs = connector.oauth if connector is not None else ()
    if not specs:
        raise NotFound(f"'{platform[:32]}' is not connected by signing in there; use its credentials.")
    found = [spec for spec in specs if provider in (None, "", spec.provider)]
    if len(found) != 1:
        known = ", ".join(spec.provider for spec in specs)
        raise InvalidArgument(f"'provider' is one of {known}.", details={"argument": "provider"})
    return found[0]


def of(customer: Customer, spec: OAuthSpec, *, is_own: bool) -> App:
    """The app, opened. Raises NotAllowedByPlatform where there is none."""
    if not is_own:
        return _operators(spec)
    row = OAuthApp.objects.of(customer).filter(provider=spec.provider).first()
    if row is None:
        raise NotAllowedByPlatform(
            f"Your own app at {spec.name}, which this account was connected by, is gone. Add it again."
        )
    values = msgspec.json.decode(_opened(customer, row), type=dict[str, str])
    return _app(spec, {**values, "client_id": row.client_id}, tuple(row.scopes))


def has_own(customer_id: int, spec: OAuthSpec) -> bool:
    """Whether the customer has an app of its own there."""
    return OAuthApp.objects.of(customer_id).filter(provider=spec.provider).exists()


def listed(customer_id: int) -> "QuerySet[OAuthApp]":
    """The customer's own apps."""
    return OAuthApp.objects.of(customer_id).order_by("provider")


def may_own(customer_id: int) -> bool:
    """Whether the customer's plan has apps of its own."""
    return subscriptions.plan_of(customer_id).own_oauth_apps


def has_operators(spec: OAuthSpec) -> bool:
    """Whether the operator has an app there."""
    return _is_complete(spec, settings.OAUTH_APPS[spec.provider])


def is_offered(customer_id: int, spec: OAuthSpec, *, mode: str = "live") -> bool:
    """Whether the customer's people can connect this way now; the sandbox needs no app."""
    if mode != "live":
        return spec.is_simulated
    return has_own(customer_id, spec) or has_operators(spec)


def keep_own(customer: Customer, platform: str, given: Mapping[str, str], *, by: Actor) -> OAuthApp:
    """Keep the customer's own app: `provider` (where there are several), `client_id`, `client_secret`, …

    Raises PlanLimit, InvalidArgument and what `spec_of` does.
    """
    by.require("connections:manage")
    spec = spec_of(platform, given.get("provider"))
    if not may_own(customer.pk):
        raise PlanLimit("Your plan has no apps of your own. Change the plan, or connect by Hermes' app.")
    names = {"client_id", "client_secret", "scopes", *(value.name for value in spec.app_values)}
    kept = {name: str(given.get(name) or "").strip() for name in names}
    for name, value in kept.items():
        if len(value) > LIMIT_CHARS or not value.isascii() or not value.isprintable():
            raise InvalidArgument(f"'{name}' does not look right.", details={"argument": name})
    if not _is_complete(spec, kept):
        raise InvalidArgument("An app has an id and a secret.", details={"argument": "client_id"})
    scopes = kept.pop("scopes").replace(",", " ").split()
    client_id = kept.pop("client_id")
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer.pk)
        row = OAuthApp.objects.of(customer).filter(provider=spec.provider).first()
        row = row or OAuthApp(customer=customer, provider=spec.provider)
        row.client_id, row.scopes = client_id, scopes
        row.sealed = data_keys.seal(
            customer.public_id, customer.data_key, msgspec.json.encode(kept), place=_place(spec.provider)
        )
        row.save()
        by.record(customer.pk, "oauth_app.kept", f"{spec.provider} {client_id[:80]}")
    return row


def drop_own(customer: Customer, provider: str, *, by: Actor) -> None:
    """Forget the customer's own app; accounts that were connected by it live until their access ends.

    Raises NotFound.
    """
    by.require("connections:manage")
    with transaction.atomic():
        gone, _ = OAuthApp.objects.of(customer).filter(provider=provider).delete()
        if not gone:
            raise NotFound("You have no app of your own there.")
        by.record(customer.pk, "oauth_app.dropped", provider)


def redirect_uri(platform: str) -> str:
    """The address to register at the platform."""
    return f"{settings.PUBLIC_URL}/connect/{platform}/callback"


def _operators(spec: OAuthSpec) -> App:
    values = settings.OAUTH_APPS[spec.provider]
    if not _is_complete(spec, values):
        raise NotAllowedByPlatform(
            f"Signing in at {spec.name} is not set up here: the operator must set {spec.provider}_CLIENT_ID "
            f"and {spec.provider}_CLIENT_SECRET. Connect with credentials instead."
        )
    return _app(spec, values, tuple(values["scopes"].replace(",", " ").split()))


def _app(spec: OAuthSpec, values: Mapping[str, str], scopes: tuple[str, ...]) -> App:
    return App(
        client_id=values["client_id"],
        client_secret=Secret(values["client_secret"]),
        values={v.name: Secret(values[v.name]) for v in spec.app_values if values.get(v.name)},
        scopes=scopes,
    )


def _is_complete(spec: OAuthSpec, values: Mapping[str, str]) -> bool:
    needed = ("client_id", "client_secret", *(v.name for v in spec.app_values if v.is_required))
    return all(values.get(name) for name in needed)


def _opened(customer: Customer, row: OAuthApp) -> bytes:
    try:
        return data_keys.unseal(customer.public_id, customer.data_key, row.sealed, place=_place(row.provider))
    except crypto.SealError:
        raise NotAllowedByPlatform(
            f"Your own app at {row.provider} cannot be opened; enter its secret again."
        ) from None


def _place(provider: str) -> tuple[str, str]:
    return (provider, "oauth-app")
