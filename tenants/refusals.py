"""An account whose credentials the platform refuses is stopped, wherever that shows."""

from django.db import transaction

from hermes.core.deadlocks import repeated
from tenants import accounts, changes, states
from tenants.actors import SYSTEM, Actor
from tenants.models import Customer


@repeated
def mark_needs_reauth(
    customer_id: int, public_id: str, reason: str, *, version: int | None = None, by: Actor = SYSTEM
) -> None:
    """Stop calls to an account whose credentials the platform refuses, until it is connected again.

    Nothing happens where the connection is stopped already, or has newer credentials than `version`.
    Raises NotFound, for a stranger's connection as for one that never was.
    """
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer_id)
        connection = accounts.get(customer_id, public_id)
        is_newer = version is not None and connection.version != version
        if is_newer or states.NEEDS_REAUTH not in states.MOVES[connection.status]:
            return
        states.move(connection, states.NEEDS_REAUTH, reason)
        connection.save(update_fields=["status", "status_reason", "updated_at"])
        by.record(
            customer_id, "connection.needs_reauth", reason, outcome="needs_reauth", connection=connection
        )
        changes.announce(connection.customer.public_id, lists=["tools"], mode=connection.mode)
