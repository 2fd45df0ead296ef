"""How far a customer has come, read from what there is: accounts, keys or agents, and calls."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audit import trail
from mcp_gateway.oauth import agents
from portal.connections.views import Account
from portal.models import HiddenStart
from tenants import connections, keys
from tenants.models import ApiKey, Connection

CALLS = 5
USABLE = (Connection.Status.ACTIVE, Connection.Status.NEEDS_REAUTH)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`accounts` that can be used, whether a key or agent may use them, and the latest calls of agents."""

    accounts: Sequence[Account]
    has_client: bool
    calls: Sequence[Mapping[str, Any]]

    @property
    def is_done(self) -> bool:
        """Whether an agent works."""
        return bool(self.calls)

    @property
    def newest_live(self) -> Account | None:
        """The account connected last, which may still want a name."""
        return next((a for a in reversed(self.accounts) if a.row.mode == ApiKey.Mode.LIVE), None)

    @property
    def has_sandbox(self) -> bool:
        """Whether the sandbox is set up."""
        return any(account.row.mode == ApiKey.Mode.TEST for account in self.accounts)

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """What there is to do, and whether it is done."""
        return [
            ("Connect an account", bool(self.accounts)),
            ("Set up your AI client", self.has_client),
            ("See its first call", self.is_done),
        ]


def of(customer_id: int) -> Progress:
    """A customer's progress."""
    rows = connections.listed(customer_id)
    in_use = keys.listed(customer_id).filter(revoked_at=None)
    return Progress(
        accounts=[Account(row) for row in rows if row.status in USABLE],
        has_client=in_use.exists() or agents.listed(customer_id).exists(),
        calls=latest_calls(customer_id, rows),
    )


def left(customer_id: int, user_id: int) -> Progress | None:
    """The progress where something is left to do of which the person wants to hear."""
    if HiddenStart.objects.filter(customer=customer_id, user=user_id).exists():
        return None
    found = of(customer_id)
    return None if found.is_done else found


def latest_calls(customer_id: int, rows: Iterable[Connection], after: str = "") -> list[dict[str, Any]]:
    """The newest calls of agents, each with the name of its `account`; only those `after` an entry."""
    found = trail.calls_of_agents(customer_id, limit=CALLS, after=after)
    labels = {row.public_id: row.account for row in rows} if found else {}
    return [{**call, "account": labels.get(call["connection"], "")} for call in found]


def hide(customer_id: int, user_id: int) -> None:
    """Say no more of it to a person at this customer."""
    HiddenStart.objects.get_or_create(customer_id=customer_id, user_id=user_id)
