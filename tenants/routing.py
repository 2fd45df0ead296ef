"""Whose connection an inbound event belongs to."""

import json
from collections.abc import Collection, Sequence

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from connectors.registry import all_connectors
from hermes.core.errors import NotFound
from hermes.core.ids import is_id
from tenants import states
from tenants.models import ApiKey, Connection, Customer


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


def owners(names: Sequence[str]) -> dict[str, int]:
    """Whose live account (platform's id) or connection (public id) each of these names is, if anyone's."""
    rows = Connection.objects.unscoped().exclude(status=states.REVOKED)
    accounts = rows.filter(mode=ApiKey.Mode.LIVE, platform__in=all_connectors(), external_id__in=names)
    own = rows.filter(public_id__in=[name for name in names if is_id(name, "con")])
    return {
        **dict(accounts.values_list("external_id", "customer_id")),
        **dict(own.values_list("public_id", "customer_id")),
    }


def takes(connection: Connection, route: Sequence[str]) -> bool:
    """Whether an event with these platform ids, the most exact one first, is for the connection (TE05).

    Only the first id counts: an event for another number of the same business account is not for it.
    """
    return bool(route) and route[0] in {connection.external_id, *connection.routes} - {""}


def active(platforms: Collection[str]) -> "QuerySet[Connection]":
    """The connections of these platforms that work, of customers that are not suspended."""
    rows = Connection.objects.unscoped().select_related("customer")
    return rows.filter(platform__in=platforms, status=states.ACTIVE, customer__status=Customer.Status.ACTIVE)


def _only(connection: Connection | None) -> Connection:
    if connection is None:
        raise NotFound("There is no such connection.")
    return connection
