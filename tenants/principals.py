"""Who a credential stands for, with all that a call needs to know of it: read once, kept for seconds."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from billing import subscriptions
from billing.plans import Plan
from tenants.models import Connection, Customer
from tenants.oauth import grants


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """A connection as a call sees it; `sealed` stays sealed until a handler asks for the credentials.

    `provider` is where the account was signed in at, empty where it was not; `ends_at` is when its access
    token ends, and `is_renewable` that Hermes gets another one by itself.
    """

    id: int
    public_id: str
    platform: str
    account: str
    mode: str
    source: str
    status: str
    status_reason: str
    external_id: str
    sealed: str
    version: int
    provider: str = ""
    ends_at: datetime | None = None
    is_renewable: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A customer's credential: what it is, what it may do, and the connections of its mode."""

    customer_id: int
    customer: str
    customer_name: str
    customer_status: str
    instructions: str
    data_key: str
    plan: Plan
    kind: str
    credential_id: str
    credential_name: str
    mode: str
    scopes: frozenset[str]
    tools: frozenset[str] | None
    profile: str
    addresses: tuple[str, ...]
    expires_at: datetime | None
    connections: tuple[ConnectionView, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What was presented, and what its owner lets it do."""

    kind: str
    public_id: str
    name: str
    mode: str
    scopes: Iterable[str]
    tools: Iterable[str] | None = None
    profile: str = "core"
    addresses: Iterable[str] = ()
    expires_at: datetime | None = None


def principal_of(
    customer: Customer, credential: Credential, connections: Iterable[ConnectionView]
) -> Principal:
    """The principal of a credential that was proved to be the customer's."""
    return Principal(
        customer_id=customer.pk,
        customer=customer.public_id,
        customer_name=customer.name,
        customer_status=customer.status,
        instructions=customer.instructions,
        data_key=customer.data_key,
        plan=subscriptions.plan_of(customer.pk),
        kind=credential.kind,
        credential_id=credential.public_id,
        credential_name=credential.name,
        mode=credential.mode,
        scopes=frozenset(credential.scopes),
        tools=None if credential.tools is None else frozenset(credential.tools),
        profile=credential.profile,
        addresses=tuple(credential.addresses),
        expires_at=credential.expires_at,
        connections=tuple(connections),
    )


def view_of(connection: Connection) -> ConnectionView:
    """The connection as a call sees it."""
    grant = grants.of_row(connection)
    return ConnectionView(
        id=connection.pk,
        public_id=connection.public_id,
        platform=connection.platform,
        account=connection.account,
        mode=connection.mode,
        source=connection.source,
        status=connection.status,
        status_reason=connection.status_reason,
        external_id=connection.external_id,
        sealed=connection.sealed,
        version=connection.version,
        provider=grant.provider if grant is not None else "",
        ends_at=grant.expires_at if grant is not None else None,
        is_renewable=grant is not None and grant.renew_at is not None,
    )


def connections_of(customer: Customer, mode: str) -> list[ConnectionView]:
    """The customer's connections in one mode, oldest first, without those that were disconnected."""
    rows = Connection.objects.of(customer).filter(mode=mode).exclude(status=Connection.Status.REVOKED)
    return [view_of(row) for row in rows.select_related("grant").order_by("pk")]
