"""Reading a customer's audit trail: newest first by pages, or oldest first from end to end."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.models import AuditEntry
from hermes.core import clock
from hermes.core.errors import InvalidArgument

FILTERS = ("action", "actor", "surface", "mode", "tool", "platform", "connection", "outcome")
LIMIT_ENTRIES = 200
_PAGE = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Entries as JSON-ready objects, and the cursor of the page after, if there is one."""

    entries: list[dict[str, Any]]
    next_cursor: str | None


def page(
    customer_id: int,
    *,
    limit: int = 50,
    cursor: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: str | None,
) -> Page:
    """A page of 1 to 200 of a customer's entries, newest first; `filters` are exact and among `FILTERS`.

    Raises InvalidArgument on a cursor that is not this customer's, a limit out of range or another filter.
    """
    if not 1 <= limit <= LIMIT_ENTRIES:
        raise InvalidArgument(f"'limit' is 1 to {LIMIT_ENTRIES}.", details={"argument": "limit"})
    rows = _chosen(customer_id, since, until, filters)
    if cursor is not None:
        last_seen = AuditEntry.objects.filter(customer=customer_id, public_id=cursor).values_list(
            "pk", flat=True
        )
        if not last_seen:
            raise InvalidArgument(
                "This cursor is not known; begin without one.", details={"argument": "cursor"}
            )
        rows = rows.filter(pk__lt=last_seen[0])
    found = list(rows.order_by("-pk")[: limit + 1])
    next_cursor = found[limit - 1].public_id if len(found) > limit else None
    return Page([as_json(entry) for entry in found[:limit]], next_cursor)


def entries(
    customer_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: str | None,
) -> Iterator[dict[str, Any]]:
    """All entries, oldest first, read a page at a time so that a long trail needs no memory."""
    rows, after = _chosen(customer_id, since, until, filters).order_by("pk"), 0
    while found := list(rows.filter(pk__gt=after)[:_PAGE]):
        yield from (as_json(entry) for entry in found)
        after = found[-1].pk


def as_json(entry: AuditEntry) -> dict[str, Any]:
    """One entry as the API shows it. `arguments` is an object, or None where there were none."""
    return {
        "id": entry.public_id,
        "at": clock.iso(entry.at),
        "action": entry.action,
        "actor": entry.actor,
        "surface": entry.surface,
        "client": entry.client,
        "address": entry.address,
        "mode": entry.mode,
        "tool": entry.tool,
        "platform": entry.platform,
        "connection": entry.connection,
        "arguments": json.loads(entry.arguments) if entry.arguments else None,
        "outcome": entry.outcome,
        "detail": entry.detail,
        "units": entry.units,
        "duration_ms": entry.duration_ms,
        "upstream_id": entry.upstream_id,
        "closed_at": clock.iso(entry.closed_at) if entry.closed_at else None,
        "seq": entry.seq,
        "mac": entry.mac,
    }


def _chosen(
    customer_id: int, since: datetime | None, until: datetime | None, filters: dict[str, str | None]
) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(customer=customer_id)
    for name, value in filters.items():
        if name not in FILTERS:
            raise InvalidArgument(
                f"Audit entries are filtered by {', '.join(FILTERS)}.", details={"argument": name[:60]}
            )
        if value is not None:
            rows = rows.filter(**{name: value})
    if since is not None:
        rows = rows.filter(at__gte=since)
    return rows if until is None else rows.filter(at__lt=until)
