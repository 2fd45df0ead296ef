"""Reading a customer's audit trail: newest first by pages, or oldest first from end to end."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from audit.log import CALL
from audit.models import AuditEntry
from hermes.core import clock
from hermes.core.errors import InvalidArgument

FILTERS = ("action", "actor", "surface", "mode", "tool", "platform", "connection", "outcome")
LIMIT_ENTRIES = 200
PROGRAMS = ("mcp", "rest")
_PAGE = 500
_WINDOWS = (timedelta(days=1), timedelta(days=30))
_EARLIEST_YEAR = 2000


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
    rows, same, before = _chosen(customer_id, since, until, filters), list[int](), until
    if cursor is not None:
        seen = AuditEntry.objects.filter(customer=customer_id, public_id=cursor)
        last_seen = seen.values_list("at", "pk").first()
        if last_seen is None:
            raise InvalidArgument(
                "This cursor is not known; begin without one.", details={"argument": "cursor"}
            )
        at, pk = last_seen
        same = list(rows.filter(at=at, pk__lt=pk).order_by("-pk").values_list("pk", flat=True)[: limit + 1])
        before = at if until is None else min(at, until)
    found = _read([*same, *_newest(rows, before, limit + 1 - len(same))])
    next_cursor = found[limit - 1].public_id if len(found) > limit else None
    return Page([as_json(entry) for entry in found[:limit]], next_cursor)


def calls_of_agents(customer_id: int, *, limit: int, after: str = "") -> list[dict[str, Any]]:
    """The newest tool calls that came by a surface of programs, as `page` tells entries.

    Only those `after` an entry, where one of the customer's is named.
    """
    rows = AuditEntry.objects.filter(customer=customer_id)
    if after:
        seen = rows.filter(public_id=after).values_list("pk", flat=True).first()
        rows = rows.filter(pk__gt=seen or 0)
    rows = rows.filter(action=CALL, surface__in=PROGRAMS)
    return [as_json(entry) for entry in rows.order_by("-pk")[:limit]]


def entries(
    customer_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    **filters: str | None,
) -> Iterator[dict[str, Any]]:
    """All entries, oldest first, read a page at a time so that a long trail needs no memory."""
    rows = rest = _chosen(customer_id, since, until, filters)
    while found := list(rest.order_by("at", "pk")[:_PAGE]):
        yield from (as_json(entry) for entry in found)
        at, pk = found[-1].at, found[-1].pk
        while same := list(rows.filter(at=at, pk__gt=pk).order_by("pk")[:_PAGE]):
            yield from (as_json(entry) for entry in same)
            pk = same[-1].pk
        rest = rows.filter(at__gt=at)


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


def _newest(rows: "QuerySet[AuditEntry]", before: datetime | None, limit: int) -> list[int]:
    """The newest of these rows, of those before a time where one is given, as primary keys.

    Keys alone are read from an index. The windows let MariaDB begin at their edge: of an open range of a long
    trail it reads the newest half instead, row by row (2 s of a million; tests/load/activity.py).
    """
    found: list[int] = []
    if before is not None:
        edge = before
        for window in _WINDOWS if before.year > _EARLIEST_YEAR else ():
            part = rows.filter(at__lt=edge, at__gte=before - window)
            edge = before - window
            found += part.order_by("-at", "-pk").values_list("pk", flat=True)[: limit - len(found)]
            if len(found) == limit:
                return found
        rows = rows.filter(at__lt=edge)
    found += rows.order_by("-at", "-pk").values_list("pk", flat=True)[: limit - len(found)]
    return found


def _read(keys: list[int]) -> list[AuditEntry]:
    known = AuditEntry.objects.in_bulk(keys)
    return [known[pk] for pk in keys if pk in known]


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
