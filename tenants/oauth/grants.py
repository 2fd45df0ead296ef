"""The grant behind a connection: what a platform gave, kept sealed beside the credential."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from connectors.kit.oauth import OAuthSpec, Tokens
from connectors.kit.secret import Secret
from hermes.core import clock, crypto
from tenants import data_keys
from tenants.models import Connection, Customer
from tenants.oauth.models import OAuthGrant

SHORTEST_MARGIN = timedelta(minutes=2)
LONGEST_MARGIN = timedelta(days=7)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a platform gave for an account: `scopes` as granted, `extra` what the connector keeps besides."""

    spec: OAuthSpec
    is_own_app: bool
    tokens: Tokens
    scopes: tuple[str, ...]
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)


def keep(connection: Connection, granted: Granted | None) -> None:
    """Put `granted` in the place of what the connection had; None: its credential came otherwise.

    Within the caller's transaction, which holds the customer's row.
    """
    rows = OAuthGrant.objects.of(connection.customer_id).filter(connection=connection)
    if granted is None:
        rows.delete()
        connection._state.fields_cache.pop("grant", None)
        return
    row = rows.first() or OAuthGrant(customer=connection.customer, connection=connection)
    row.provider, row.is_own_app = granted.spec.provider, granted.is_own_app
    row.scopes = sorted(granted.scopes)
    fill(row, connection, granted.spec, granted.tokens, granted.extra)
    row.lease += 1
    row.leased_until = None
    row.save()


def fill(
    row: OAuthGrant, connection: Connection, spec: OAuthSpec, tokens: Tokens, extra: Mapping[str, str]
) -> None:
    """Write new tokens into a row; the caller saves it."""
    row.sealed = seal(connection.customer, connection, tokens, extra)
    row.issued_at = clock.now()
    row.expires_at = tokens.expires_at
    row.renew_at = renew_at(spec, tokens, row.issued_at)
    row.failures, row.notice = 0, ""


def renew_at(spec: OAuthSpec, tokens: Tokens, issued_at: datetime) -> datetime | None:
    """When to renew: a fifth of the token's life before its end, at least 2 minutes and at most 7 days."""
    if tokens.expires_at is None or not spec.can_renew(tokens):
        return None
    margin = min(max((tokens.expires_at - issued_at) / 5, SHORTEST_MARGIN), LONGEST_MARGIN)
    return max(tokens.expires_at - margin, issued_at + timedelta(seconds=spec.renew_from_s))


def of_row(connection: Connection) -> OAuthGrant | None:
    """The grant of a row as it was read, where it was read with its grant; asks the database otherwise."""
    grant: OAuthGrant | None = getattr(connection, "grant", None)
    return grant


def of_connection(connection: Connection) -> OAuthGrant | None:
    """The grant of a connection, None where its credential came otherwise."""
    return OAuthGrant.objects.of(connection.customer_id).filter(connection=connection).first()


def seal(customer: Customer, connection: Connection, tokens: Tokens, extra: Mapping[str, str]) -> str:
    """The envelope of what is not the access token."""
    again = tokens.refresh_token
    plain = {
        "refresh_token": again.reveal() if again is not None else None,
        "refresh_expires_at": tokens.refresh_expires_at,
        "extra": dict(extra),
    }
    return data_keys.seal(
        customer.public_id, customer.data_key, msgspec.json.encode(plain), place=_place(connection)
    )


class _Kept(msgspec.Struct):
    refresh_token: str | None
    refresh_expires_at: datetime | None
    extra: dict[str, str]


def unseal(
    customer: Customer, connection: Connection, row: OAuthGrant, access_token: Secret
) -> tuple[Tokens, Mapping[str, str]]:
    """The tokens of a grant and what the connector keeps besides. Raises crypto.SealError."""
    plain = data_keys.unseal(customer.public_id, customer.data_key, row.sealed, place=_place(connection))
    try:
        kept = msgspec.json.decode(plain, type=_Kept)
    except msgspec.DecodeError:
        raise crypto.BadEnvelope from None
    tokens = Tokens(
        access_token=access_token,
        refresh_token=None if kept.refresh_token is None else Secret(kept.refresh_token),
        expires_at=row.expires_at,
        refresh_expires_at=kept.refresh_expires_at,
        scopes=frozenset(row.scopes),
    )
    return tokens, kept.extra


def _place(connection: Connection) -> tuple[str, str, str]:
    return (connection.platform, connection.public_id, "grant")
