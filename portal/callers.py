"""Who called, by the names that members know them by."""

from collections.abc import Collection

from mcp_gateway.oauth import agents
from portal.access import Visit
from tenants import keys, members

KINDS = ("key", "agent", "user")


def names(visit: Visit, kinds: Collection[str] = KINDS) -> dict[str, str]:
    """Keys, agents and people of the customer by how the trail names them: `key:key_…` and the like.

    Keys and agents only for who manages them or reads the trail; others see the ids. A query for each kind.
    """
    customer_id, known = visit.customer.pk, dict[str, str]()
    may_see = visit.may("keys:manage") or visit.may("audit:read")
    if "key" in kinds and may_see:
        known |= {f"key:{key.public_id}": key.name for key in keys.listed(customer_id)}
    if "agent" in kinds and may_see:
        known |= {f"agent:{agent.public_id}": str(agent.client) for agent in agents.listed(customer_id)}
    if "user" in kinds:
        known |= {f"user:{member.user_id}": member.user.email for member in members.listed(customer_id)}
    return known
