"""Units of a month: reserved before a call, given back when it failed. Exact under any number of processes.

SQL by hand, because it runs in group commits: the months of a batch are locked in one order, counted,
and written back, so that no unit is granted twice (reading without the lock grants three times the quota).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from billing.models import UsagePeriod
from hermes.core import rows

MODES = ("live", "test")
_TABLE = UsagePeriod._meta.db_table
_Month = tuple[int, str, str]


class Want(NamedTuple):
    """Units wanted of a customer's month in one mode. `quota` holds where the month has no row yet."""

    customer_id: int
    mode: str
    period: str
    quota: int
    units: int

    @property
    def month(self) -> _Month:
        """What is locked and counted together."""
        return self[:3]


class Granted(NamedTuple):
    """Whether the units were reserved, and how many are left then."""

    ok: bool
    left: int


def period_of(moment: datetime) -> str:
    """The calendar month (UTC) a moment belongs to: `2026-11`."""
    return f"{moment.year:04}-{moment.month:02}"


def reserve(cursor: Any, wants: Sequence[Want]) -> list[Granted]:
    """Reserve units, one answer per want in their order; a want that does not fit reserves nothing."""
    if not wants:
        return []
    months = _locked(cursor, {want.month for want in wants})
    missing = {want.month: want.quota for want in wants if want.month not in months}
    if missing:
        months |= _begun(cursor, missing)
    granted = [months[want.month].take(want.units) for want in wants]
    _save(cursor, months.values())
    return granted


def release(cursor: Any, wants: Sequence[Want]) -> None:
    """Give reserved units back."""
    if not wants:
        return
    months = _locked(cursor, {want.month for want in wants})
    for want in wants:
        if want.month in months:
            months[want.month].give(want.units)
    _save(cursor, months.values())


class _Counter:
    """A locked month."""

    __slots__ = ("id", "quota", "read", "used")

    def __init__(self, row_id: int, quota: int, used: int) -> None:
        self.id, self.quota, self.used, self.read = row_id, quota, used, used

    def take(self, units: int) -> Granted:
        fits = self.used + units <= self.quota
        if fits:
            self.used += units
        return Granted(fits, max(0, self.quota - self.used))

    def give(self, units: int) -> None:
        self.used = max(0, self.used - units)


def _locked(cursor: Any, months: Iterable[_Month]) -> dict[_Month, _Counter]:
    wanted = sorted(months)
    any_of = " OR ".join(["customer_id = %s AND mode = %s AND period = %s"] * len(wanted))
    cursor.execute(
        f"SELECT customer_id, mode, period, id, quota, used FROM {_TABLE}"  # noqa: S608  (a word of the program)
        f" WHERE {any_of}{rows.for_update(cursor)}",
        [part for month in wanted for part in month],
    )
    return {row[:3]: _Counter(*row[3:]) for row in cursor.fetchall()}


def _begun(cursor: Any, quotas: dict[_Month, int]) -> dict[_Month, _Counter]:
    rows.insert(
        cursor,
        _TABLE,
        ("customer_id", "mode", "period", "quota"),
        [(*month, quotas[month]) for month in sorted(quotas)],
        same_for_all={"used": "0"},
        keep_existing=True,
    )
    return _locked(cursor, quotas)


def _save(cursor: Any, months: Iterable[_Counter]) -> None:
    changed = sorted((month.id, month.used) for month in months if month.used != month.read)
    rows.update(cursor, _TABLE, ("used",), changed)
