"""Calls and units by day, mode, platform and caller: counted once, when the entries are sealed.

Sealing goes through each closed entry exactly once, behind the calls, and holds the lock on the customer's
head; so the counts are exact, cost a call nothing and lag behind by seconds. They outlive the entries.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from typing import Any

from django.db.models import Sum

from audit.log import CALL, OK
from audit.models import AuditEntry, DailyCount
from hermes.core import clock

KEPT = timedelta(days=400)
BATCH = 1000
Place = tuple[date, str, str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """What was used of one kind: a platform or a caller, "" where a call had none."""

    name: str
    calls: int
    failed: int
    units: int


def count(customer_id: int, entries: Iterable[AuditEntry]) -> None:
    """Add entries that are being sealed; inside the transaction that seals them, under the head's lock."""
    added: dict[Place, list[int]] = defaultdict(lambda: [0, 0, 0])
    for entry in entries:
        if entry.action == CALL:
            place = (entry.at.astimezone(UTC).date(), entry.mode, entry.platform, entry.actor)
            for at, more in enumerate((1, entry.outcome != OK, entry.units)):
                added[place][at] += more
    if not added:
        return
    days = {place[0] for place in added}
    rows = DailyCount.objects.filter(customer=customer_id, day__in=days)
    known = {(row.day, row.mode, row.platform, row.actor): row for row in rows}
    changed, new = list[DailyCount](), list[DailyCount]()
    for place, (calls, failed, units) in added.items():
        row = known.get(place) or DailyCount(customer_id=customer_id, **_named(place))
        row.calls, row.failed, row.units = row.calls + calls, row.failed + failed, row.units + units
        (changed if row.pk else new).append(row)
    DailyCount.objects.bulk_create(new)
    DailyCount.objects.bulk_update(changed, ("calls", "failed", "units"))


def by_day(customer_id: int, mode: str, first: date, last: date) -> dict[tuple[date, str], Share]:
    """What was used by day and platform, on days from `first` to `last`."""
    told = _sums(customer_id, mode, first, last, "day", "platform")
    return {(day, platform): Share(platform, *sums) for day, platform, *sums in told}


def by_caller(customer_id: int, mode: str, first: date, last: date) -> list[Share]:
    """What each caller used on these days, as the trail names them, the most first."""
    told = _sums(customer_id, mode, first, last, "actor")
    return ranked(Share(actor, *sums) for actor, *sums in told)


def by_platform(days: Mapping[tuple[date, str], Share]) -> list[Share]:
    """What `by_day` tells, of each platform together, the most first."""
    sums: dict[str, Share] = {}
    for (_, platform), more in days.items():
        so_far = sums.get(platform, Share(platform, 0, 0, 0))
        calls, failed = so_far.calls + more.calls, so_far.failed + more.failed
        sums[platform] = Share(platform, calls, failed, so_far.units + more.units)
    return ranked(sums.values())


def ranked(shares: Iterable[Share]) -> list[Share]:
    """The most first."""
    return sorted(shares, key=lambda share: (-share.units, -share.calls, share.name))


def purge() -> int:
    """Delete counts of long ago; how many rows went."""
    gone = 0
    old = DailyCount.objects.filter(day__lt=(clock.now() - KEPT).date()).order_by("pk")
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        gone += DailyCount.objects.filter(pk__in=keys).delete()[0]
    return gone


def _sums(customer_id: int, mode: str, first: date, last: date, *by: str) -> Iterable[tuple[Any, ...]]:
    rows = DailyCount.objects.filter(customer=customer_id, mode=mode, day__range=(first, last)).order_by()
    return rows.values_list(*by).annotate(Sum("calls"), Sum("failed"), Sum("units"))


def _named(place: Place) -> dict[str, date | str]:
    return dict(zip(("day", "mode", "platform", "actor"), place, strict=True))
