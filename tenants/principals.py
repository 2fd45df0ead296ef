"""Who a credential stands for, with all that a call needs to know of it: read once, kept in process for seconds."""

import dataclasses
from datetime import datetime

from billing.plans import Plan


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """A connection as a call sees it; `sealed` stays sealed until a handler asks for the credentials."""

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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A customer's credential: what it is, what it may do, and the connections it may see (its own mode only)."""

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
