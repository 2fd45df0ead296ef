"""Whose connection an inbound event belongs to."""

import json
from collections.abc import Sequence

from django.db.models import TextField
from django.db.models.functions import Cast

from hermes.core.errors import NotFound
from tenants import states
from tenants.models import ApiKey, Connection


def owned(customer_id: int, connection_id: int) -> Connection:
    """A connection of the customer by its row id. Raises NotFound."""
    return _only(
        Connection.objects.of(customer_id).select_related("customer").filter(pk=connection_id).first()
    )


def receiver(public_id: str) -> Connection:
    """The connection a delivery was addressed to. Raises NotFound, for a disconnected one too."""
    rows = Connection.objects.unscoped().select_related("customer").exclude(status=states.REVOKED)
    return _only(rows.filter(public_id=public_id).first())


def addressed(platform: str, route: Sequence[str]) -> list[Connection]:
    """The live connections an event with these platform ids, the most exact one first, is for (TE05).

    An id that is the connection's own finds it, and the further ids must then be the connection's too. One
    id alone may also be the account that several numbers share. The sandbox's connections are never found.
    """
    if not route:
        return []
    rows = Connection.objects.unscoped().select_related("customer").exclude(status=states.REVOKED)
    live = rows.filter(platform=platform, mode=ApiKey.Mode.LIVE)
    own = live.filter(external_id=route[0])
    found = [c for c in own if c.external_id == route[0] and (not c.routes or {*route[1:]} <= {*c.routes})]
    if found or len(route) > 1:
        return found
    sharing = live.annotate(told=Cast("routes", TextField())).filter(told__contains=json.dumps(route[0]))
    return [c for c in sharing if route[0] in c.routes]


def takes(connection: Connection, route: Sequence[str]) -> bool:
    """Whether an event with these platform ids, the most exact one first, is for the connection (TE05).

    Only the first id counts: an event for another number of the same business account is not for it.
    """
    return bool(route) and route[0] in {connection.external_id, *connection.routes} - {""}


def _only(connection: Connection | None) -> Connection:
    if connection is None:
        raise NotFound("There is no such connection.")
    return connection
