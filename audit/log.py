"""Tool calls in the audit trail: one row, written when the call is opened and completed when it is closed.

SQL by hand, because it runs in group commits.
"""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from audit.columns import fitted, masked
from audit.models import AuditEntry
from hermes.core import clock, rows

CALL = "tool.call"
STARTED = "started"
OK = "ok"
OUTCOME_UNKNOWN = "outcome_unknown"
ABANDONED = "The process that ran this call ended before the call was closed."
_TABLE = AuditEntry._meta.db_table
_often = functools.lru_cache(maxsize=4096)(masked)
_OPENED = (
    "public_id", "customer_id", "at", "actor", "surface", "client", "address", "mode", "tool", "platform",
    "connection", "arguments", "outcome", "detail", "units", "closed_at",
)  # fmt: skip
_SAME_FOR_ALL = {"action": f"'{CALL}'", "upstream_id": "''", "mac": "''"}
_CLOSED = ("outcome", "detail", "units", "duration_ms", "upstream_id", "closed_at")


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A call as its row begins. `outcome` is `started`, or why the call was refused: the row is closed then.

    `units` are reserved ones, `arguments` redacted JSON. Texts longer than their column are cut; in those a
    caller has a say in, what looks like a secret is masked.
    """

    call_id: str
    customer_id: int
    at: datetime
    actor: str
    surface: str
    tool: str
    mode: str
    client: str = ""
    address: str = ""
    platform: str = ""
    connection: str = ""
    arguments: str = ""
    outcome: str = STARTED
    detail: str = ""
    units: int = 0


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended. `units` are what it costs, `detail` is public to the customer."""

    call_id: str
    at: datetime
    outcome: str
    units: int
    duration_ms: int
    detail: str = ""
    upstream_id: str = ""


def open_rows(cursor: Any, openings: Sequence[Opening]) -> None:
    """Write the rows of calls that begin, or that were refused."""
    rows.insert(cursor, _TABLE, _OPENED, [_opened(o) for o in openings], same_for_all=_SAME_FOR_ALL)


def close_rows(cursor: Any, closings: Sequence[Closing]) -> frozenset[str]:
    """Complete the rows of calls that ended; returns the ids of those this closed.

    A call is closed once. One given up as `outcome_unknown` may still be closed until it is sealed.
    """
    ids = _closable(cursor, [closing.call_id for closing in closings])
    mine = [closing for closing in closings if closing.call_id in ids]
    rows.update(cursor, _TABLE, _CLOSED, [(ids[closing.call_id], *_closed(closing)) for closing in mine])
    return frozenset(ids)


def abandon(*, started_before: datetime, limit: int) -> list[tuple[int, str]]:
    """Close calls that began before then and never ended as `outcome_unknown`; returns (customer, call id).

    Their units stay charged. Runs inside the caller's transaction; rows another run holds are left to it.
    """
    stale = AuditEntry.objects.filter(outcome=STARTED, at__lt=started_before).order_by("at")
    locked = stale.select_for_update(skip_locked=True).values_list("pk", "customer_id", "public_id")
    found = list(locked[:limit])
    AuditEntry.objects.filter(pk__in=[pk for pk, _, _ in found]).update(
        outcome=OUTCOME_UNKNOWN, detail=ABANDONED, closed_at=clock.now()
    )
    return [(customer_id, call_id) for _, customer_id, call_id in found]


def _opened(opening: Opening) -> tuple[Any, ...]:
    at = rows.moment(opening.at)
    return (
        opening.call_id,
        opening.customer_id,
        at,
        fitted("actor", opening.actor),
        fitted("surface", opening.surface),
        _often("client", opening.client),
        fitted("address", opening.address),
        opening.mode,
        _often("tool", opening.tool),
        fitted("platform", opening.platform),
        fitted("connection", opening.connection),
        opening.arguments,
        fitted("outcome", opening.outcome),
        masked("detail", opening.detail),
        opening.units,
        None if opening.outcome == STARTED else at,
    )


def _closed(closing: Closing) -> tuple[Any, ...]:
    return (
        fitted("outcome", closing.outcome),
        masked("detail", closing.detail),
        closing.units,
        closing.duration_ms,
        fitted("upstream_id", closing.upstream_id),
        rows.moment(closing.at),
    )


def _closable(cursor: Any, call_ids: Sequence[str]) -> dict[str, int]:
    cursor.execute(
        f"SELECT id, public_id, outcome, seq FROM {_TABLE}"  # noqa: S608  (a word of the program)
        f" WHERE public_id IN ({rows.placeholders(len(call_ids))}){rows.for_update(cursor)}",
        call_ids,
    )
    return {
        call_id: row_id
        for row_id, call_id, outcome, seq in cursor.fetchall()
        if outcome == STARTED or (outcome == OUTCOME_UNKNOWN and seq is None)
    }
