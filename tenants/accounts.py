"""One connection of a customer, by its public id."""

from hermes.core.errors import NotFound
from hermes.core.ids import is_id
from tenants.models import Connection


def get(customer_id: int, public_id: str, *, mode: str | None = None) -> Connection:
    """One connection, disconnected ones included; where `mode` is given, only of that mode.

    Raises NotFound, for a stranger's connection as for one that never was.
    """
    rows = Connection.objects.of(customer_id).select_related("customer", "grant")
    found = rows.filter(public_id=public_id).first() if is_id(public_id, "con") else None
    if found is None or mode not in (None, found.mode):
        raise NotFound("There is no such connection. List the connections and use an id from that list.")
    return found
