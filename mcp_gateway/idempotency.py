"""Idempotency keys: a keyed call runs once, and a repetition gets the answer of the first (R-42).

A key belongs to the call that took it. It is kept 24 hours with the answer of a call that ended well. A
call whose outcome is unknown keeps its key too, so that nothing is sent twice. Every other end frees the
key: the platform did nothing then, and the same key may be used for another try (after a reconnect, with
a repaired argument). SQL by hand, because it runs in group commits.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from hermes.core import clock, rows
from hermes.core.errors import Conflict, HermesError, InvalidArgument, OutcomeUnknown
from mcp_gateway.calls import Answer
from mcp_gateway.models import IdempotencyRecord

KEPT = timedelta(hours=24)
STARTED, DONE, UNKNOWN = "started", "done", "unknown"
_TABLE = IdempotencyRecord._meta.db_table


class Keyed(NamedTuple):
    """A key as the client sent it; `fingerprint` tells calls with other arguments apart."""

    customer_id: int
    key: str
    fingerprint: str

    @property
    def digest(self) -> str:
        """What is kept of the key."""
        return hashlib.sha256(self.key.encode()).hexdigest()


class Owned(NamedTuple):
    """A key and the call that took it."""

    keyed: Keyed
    call_id: str


class Settled(NamedTuple):
    """What becomes of a key: `done` with an answer, or `unknown`."""

    owned: Owned
    state: str
    answer: Answer | None


class _Row(NamedTuple):
    id: int
    customer_id: int
    digest: str
    fingerprint: str
    call_id: str
    state: str
    answer: str
    is_expired: int


def take(cursor: Any, wanted: Sequence[Owned]) -> list[Answer | HermesError | None]:
    """Take keys for calls. For each: None (it is its), the first call's answer, or why it must not run."""
    if not wanted:
        return []
    now = clock.now()
    expires_at = rows.moment(now + KEPT)
    rows.insert(
        cursor,
        _TABLE,
        ("customer_id", "`key`", "fingerprint", "call_id", "expires_at"),
        sorted((k.customer_id, k.digest, k.fingerprint, call_id, expires_at) for k, call_id in wanted),
        same_for_all={"state": f"'{STARTED}'", "answer": "''"},
        keep_existing=True,
    )
    found = {(row.customer_id, row.digest): row for row in _rows(cursor, wanted, rows.moment(now))}
    return [_judged(cursor, owned, found, expires_at) for owned in wanted]


def free(cursor: Any, owned: Sequence[Owned]) -> None:
    """Let keys go, so that another call may take them."""
    if owned:
        condition, values = _any_of(owned)
        cursor.execute(f"DELETE FROM {_TABLE} WHERE {condition}", values)  # noqa: S608


def settle(cursor: Any, settled: Sequence[Settled]) -> None:
    """Keep the ends of calls under their keys; a key that has gone to another call stays as it is."""
    if not settled:
        return
    condition, values = _any_of([one.owned for one in settled])
    cursor.execute(f"SELECT call_id, id FROM {_TABLE} WHERE {condition}{rows.for_update(cursor)}", values)  # noqa: S608
    ids = dict(cursor.fetchall())
    kept = [
        (ids[one.owned.call_id], one.state, _packed(one.answer))
        for one in settled
        if one.owned.call_id in ids
    ]
    rows.update(cursor, _TABLE, ("state", "answer"), kept)


def give_up(calls: Sequence[tuple[int, str]]) -> None:
    """Mark the keys of abandoned calls (customer, call id) as of unknown outcome."""
    IdempotencyRecord.objects.filter(
        customer__in={customer_id for customer_id, _ in calls},
        call_id__in=[call_id for _, call_id in calls],
        state=STARTED,
    ).update(state=UNKNOWN)


def forget_expired(limit: int) -> int:
    """Delete up to `limit` expired keys; returns how many."""
    expired = IdempotencyRecord.objects.filter(expires_at__lt=clock.now()).order_by("expires_at")
    found = list(expired.values_list("pk", flat=True)[:limit])
    return IdempotencyRecord.objects.filter(pk__in=found, expires_at__lt=clock.now()).delete()[0]


def _rows(cursor: Any, wanted: Sequence[Owned], now: str) -> list[_Row]:
    condition = " OR ".join(["customer_id = %s AND `key` = %s"] * len(wanted))
    cursor.execute(
        "SELECT id, customer_id, `key`, fingerprint, call_id, state, answer, expires_at < %s"  # noqa: S608
        f" FROM {_TABLE} WHERE {condition}",
        [now, *(part for keyed, _ in wanted for part in (keyed.customer_id, keyed.digest))],
    )
    return [_Row(*row) for row in cursor.fetchall()]


def _judged(
    cursor: Any, owned: Owned, found: dict[tuple[int, str], _Row], expires_at: str
) -> Answer | HermesError | None:
    keyed, call_id = owned
    row = found[keyed.customer_id, keyed.digest]
    if row.call_id == call_id:
        return None
    if row.is_expired and _take_over(cursor, owned, row, expires_at):
        found[keyed.customer_id, keyed.digest] = row._replace(
            call_id=call_id, fingerprint=keyed.fingerprint, state=STARTED, is_expired=0
        )
        return None
    if row.fingerprint != keyed.fingerprint:
        return InvalidArgument(
            "This idempotency key belongs to another call. Use a new key, or repeat that call unchanged.",
            details={"argument": "idempotency_key"},
        )
    if row.state == DONE:
        return msgspec.json.decode(row.answer, type=Answer)
    if row.state == UNKNOWN:
        return OutcomeUnknown(
            "The first call with this key may have been done and is not repeated. Check, then use a new key.",
            details={"first_call_id": row.call_id},
        )
    return Conflict(
        "A call with this key is still running. Wait for its answer, then repeat.", retry_after_s=2
    )


def _take_over(cursor: Any, owned: Owned, row: _Row, expires_at: str) -> bool:
    cursor.execute(
        f"UPDATE {_TABLE} SET fingerprint = %s, call_id = %s, state = %s, answer = '', expires_at = %s"  # noqa: S608
        " WHERE id = %s AND call_id = %s",
        [owned.keyed.fingerprint, owned.call_id, STARTED, expires_at, row.id, row.call_id],
    )
    return bool(cursor.rowcount)


def _any_of(owned: Sequence[Owned]) -> tuple[str, list[Any]]:
    condition = " OR ".join(["customer_id = %s AND `key` = %s AND call_id = %s"] * len(owned))
    return condition, [v for keyed, call_id in owned for v in (keyed.customer_id, keyed.digest, call_id)]


def _packed(answer: Answer | None) -> str:
    return "" if answer is None else msgspec.json.encode(answer).decode()
