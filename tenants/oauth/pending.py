"""What waits to be confirmed: the tokens a platform gave and the accounts they open, sealed meanwhile."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.kit.connector import Connector, Identity
from connectors.kit.credentials import CredentialField
from connectors.kit.oauth import OAuthSpec, Scope, Tokens
from connectors.kit.secret import Secret
from connectors.registry import all_connectors
from tenants.models import Customer
from tenants.oauth import platform_apps
from tenants.oauth.models import ConnectAttempt


class Account(msgspec.Struct):
    """An account that may be chosen; `connection` is the public id its connection will have."""

    connection: str
    credentials: dict[str, str]
    external_id: str
    label: str
    details: dict[str, Any]
    routes: list[str]
    claimed: bool

    def identity(self) -> Identity:
        """Whose it is, as the platform said."""
        return Identity(
            external_id=self.external_id,
            label=self.label,
            details=self.details,
            routes=tuple(self.routes),
            claimed=self.claimed,
        )


class Allowed(msgspec.Struct):
    """What a platform gave."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime | None
    refresh_expires_at: datetime | None
    scopes: list[str]
    accounts: list[Account]

    def tokens(self) -> Tokens:
        """The tokens again."""
        return Tokens(
            access_token=Secret(self.access_token),
            refresh_token=Secret(self.refresh_token) if self.refresh_token else None,
            expires_at=self.expires_at,
            refresh_expires_at=self.refresh_expires_at,
            scopes=frozenset(self.scopes),
        )


def allowed_of(tokens: Tokens, scopes: frozenset[str], accounts: list[Account]) -> Allowed:
    """What is to be sealed."""
    again = tokens.refresh_token
    return Allowed(
        access_token=tokens.access_token.reveal(),
        refresh_token=again.reveal() if again is not None else None,
        expires_at=tokens.expires_at,
        refresh_expires_at=tokens.refresh_expires_at,
        scopes=sorted(scopes),
        accounts=accounts,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What the person is asked to confirm.

    `accounts` are those that may be chosen, by the id to give to `confirm`. `refused` are the permissions
    that were not granted and `lacking` the tools that do not work without them. `ends_at` is when a person
    must connect again, None where Hermes keeps the access by itself. `inputs` are asked for besides; `link`
    is the connect link it began from.
    """

    id: str
    customer: Customer
    connector: Connector
    spec: OAuthSpec
    mode: str
    label: str
    link: str
    accounts: Mapping[str, Identity]
    granted: tuple[Scope, ...]
    refused: tuple[Scope, ...]
    lacking: tuple[str, ...]
    ends_at: datetime | None
    inputs: tuple[CredentialField, ...]


def shown(attempt: ConnectAttempt, allowed: Allowed) -> Pending:
    """The attempt as the person is shown it."""
    spec = platform_apps.spec_of(attempt.platform, attempt.provider)
    missing = spec.missing(allowed.scopes)
    return Pending(
        id=attempt.public_id,
        customer=attempt.customer,
        connector=all_connectors()[attempt.platform],
        spec=spec,
        mode=attempt.mode,
        label=attempt.label,
        link=attempt.link,
        accounts={account.external_id: account.identity() for account in allowed.accounts},
        granted=tuple(scope for scope in spec.scopes if scope not in missing),
        refused=missing,
        lacking=spec.lacking(allowed.scopes),
        ends_at=None if spec.can_renew(allowed.tokens()) else allowed.expires_at,
        inputs=spec.inputs,
    )
