"""To whom letters about a customer go."""

from collections.abc import Collection
from typing import Any

from hermes.core.errors import HermesError
from portal.letters import outbox, writing
from tenants import members
from tenants.actors import Actor
from tenants.models import Customer

OWNERS = frozenset({"owner"})
WHO_MANAGE = frozenset({"owner", "admin"})


def tell(
    name: str,
    customer: Customer,
    roles: Collection[str],
    told: dict[str, Any],
    *,
    occurrence: str | None = None,
    **paths: str,
) -> None:
    """Write the letter `name` to the members of the customer that have one of the roles."""
    written = writing.write(name, {**told, "customer": customer.name}, **paths)
    for membership in members.listed(customer.pk).filter(role__in=roles, user__is_active=True):
        if membership.user.email:
            outbox.put(
                membership.user.email,
                *written,
                user_id=membership.user_id,
                customer_id=customer.pk,
                occurrence=occurrence,
            )


def who(customer_id: int, by: Actor) -> str:
    """Who acted, as members know them."""
    kind, _, name = by.name.partition(":")
    if kind == "user" and name.isdecimal():
        try:
            return str(members.get(customer_id, int(name)).user.email)
        except HermesError:
            return "A former member"
    if kind == "key":
        return f"The key {name}"
    if kind == "agent":
        return f"The agent {name}"
    return "The support of Hermes" if kind == "staff" else "The operator of Hermes"
