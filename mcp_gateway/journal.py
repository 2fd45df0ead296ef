"""The journal of tool calls: recorded before the platform is asked, closed before the agent is answered.

Opening and closing are one item each of a group commit. Opening takes the idempotency key, reserves the
units and writes the audit row; closing settles all three and files what was sent.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from django import db

from audit import log as trail
from audit.log import Closing, Opening
from billing import quota
from billing.quota import Want
from hermes.core import clock, group_commit
from hermes.core.errors import HermesError, QuotaExceeded, Unavailable
from hermes.core.group_commit import Apply
from inbox.filing import SentRow, file_sent
from inbox.forwarding import outbox
from inbox.reading import ReadRow, mark_read
from mcp_gateway import idempotency
from mcp_gateway.calls import Answer
from mcp_gateway.idempotency import Keyed, Owned, Settled

REPLAYED = "replayed"
RETRY_AFTER_S = 30
CHARGED = frozenset({trail.OK, trail.OUTCOME_UNKNOWN})
log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A call that may run; with `answer` one that ran before under its key and must not run again.

    `left` are the units left of the month, None where the call costs nothing.
    """

    call_id: str
    left: int | None
    answer: Answer | None
    want: Want | None
    keyed: Keyed | None


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: `ok`, an error code or another word of the audit trail.

    Only `ok` and `outcome_unknown` cost the reserved units. `answer` is what a repetition of an `ok` call
    under its key gets; `sent` goes into the inbox, `read` is counted as read there.
    """

    code: str
    detail: str = ""
    upstream_id: str = ""
    answer: Answer | None = None
    sent: Sequence[SentRow] = ()
    read: ReadRow | None = None


async def open_call(opening: Opening, want: Want | None = None, keyed: Keyed | None = None) -> Opened:
    """Record that a call begins, reserve its units and take its key: all of it or nothing.

    Raises QuotaExceeded, and for the key Conflict (in flight), InvalidArgument (used with other arguments)
    and OutcomeUnknown (so ended its first call); the trail then shows the refusal. Raises Unavailable
    where nothing can be recorded: the call must not run.
    """
    opened: Opened = await _written(_open, _Call(opening, want, keyed), opening.call_id)
    return opened


async def close_call(opened: Opened, outcome: Outcome, *, duration_ms: int) -> None:
    """Record how a call ended and settle it; a call is settled once, whatever is told afterwards.

    Raises Unavailable where that cannot be recorded. The call then becomes `outcome_unknown` by the
    sweeper, which is what its caller should be told.
    """
    closing = _closing(opened, outcome, duration_ms)
    if await _written(_close, (opened, outcome, closing), opened.call_id):
        outbox.send_soon()


async def refuse_call(opening: Opening, error: HermesError) -> None:
    """Record a call that was refused before it was opened. Raises Unavailable."""
    await _written(_refuse, _refused(opening, error), opening.call_id)


async def _written(apply: Apply[Any, Any], item: Any, call_id: str) -> Any:
    try:
        return await group_commit.submit(apply, item)
    except db.Error as fault:
        # The database is there and refuses this row. What cannot be recorded does not run.
        log.error("call_not_recorded", call_id=call_id, error=type(fault).__name__, cause=repr(fault)[:300])
        raise Unavailable(
            "Calls cannot be recorded at the moment, so none is made. Try again later.",
            retry_after_s=RETRY_AFTER_S,
        ) from None


class _Call:
    """A call on its way to being opened."""

    __slots__ = ("answer", "keyed", "left", "opening", "refusal", "want")

    def __init__(self, opening: Opening, want: Want | None, keyed: Keyed | None) -> None:
        self.opening, self.want, self.keyed = opening, want, keyed
        self.left: int | None = None
        self.answer: Answer | None = None
        self.refusal: HermesError | None = None

    def runs(self) -> bool:
        return self.refusal is None and self.answer is None

    def row(self) -> Opening:
        if self.refusal is not None:
            return _refused(self.opening, self.refusal)
        if self.answer is not None:
            return msgspec.structs.replace(self.opening, outcome=REPLAYED, units=0)
        return self.opening

    def result(self) -> Opened | HermesError:
        return self.refusal or Opened(
            call_id=self.opening.call_id, left=self.left, answer=self.answer, want=self.want, keyed=self.keyed
        )


def _open(cursor: Any, calls: list[_Call]) -> list[Opened | Exception]:
    _take_keys(cursor, [call for call in calls if call.keyed is not None])
    _reserve(cursor, [call for call in calls if call.want is not None and call.runs()])
    trail.open_rows(cursor, [call.row() for call in calls])
    return [call.result() for call in calls]


def _take_keys(cursor: Any, calls: list[_Call]) -> None:
    for call, found in zip(calls, idempotency.take(cursor, _owned(calls)), strict=True):
        call.answer = found if isinstance(found, Answer) else None
        call.refusal = found if isinstance(found, HermesError) else None


def _reserve(cursor: Any, calls: list[_Call]) -> None:
    wants = [call.want for call in calls if call.want is not None]
    for call, granted in zip(calls, quota.reserve(cursor, wants), strict=True):
        call.left = granted.left
        if not granted.ok:
            call.refusal = _quota_exceeded(granted.left)
    idempotency.free(cursor, _owned([call for call in calls if not call.runs()]))


def _close(cursor: Any, items: list[tuple[Opened, Outcome, Closing]]) -> list[bool | Exception]:
    """Whether customers' endpoints are to be told of what was sent."""
    closed = trail.close_rows(cursor, [closing for _, _, closing in items])
    failed = [opened for opened, outcome, _ in items if outcome.code not in CHARGED]
    quota.release(cursor, [o.want for o in failed if o.want is not None and o.call_id in closed])
    idempotency.free(cursor, [Owned(o.keyed, o.call_id) for o in failed if o.keyed is not None])
    idempotency.settle(
        cursor,
        [
            Settled(Owned(opened.keyed, opened.call_id), _key_state(outcome), outcome.answer)
            for opened, outcome, _ in items
            if opened.keyed is not None and outcome.code in CHARGED
        ],
    )
    is_to_be_told = file_sent(cursor, [row for _, outcome, _ in items for row in outcome.sent])
    mark_read(cursor, [outcome.read for _, outcome, _ in items if outcome.read is not None])
    return [is_to_be_told and bool(outcome.sent) for _, outcome, _ in items]


def _refuse(cursor: Any, openings: list[Opening]) -> list[Exception | None]:
    trail.open_rows(cursor, openings)
    return [None] * len(openings)


def _owned(calls: Sequence[_Call]) -> list[Owned]:
    return [Owned(call.keyed, call.opening.call_id) for call in calls if call.keyed is not None]


def _key_state(outcome: Outcome) -> str:
    return idempotency.DONE if outcome.code == trail.OK else idempotency.UNKNOWN


def _closing(opened: Opened, outcome: Outcome, duration_ms: int) -> Closing:
    return Closing(
        call_id=opened.call_id,
        at=clock.now(),
        outcome=outcome.code,
        detail=outcome.detail,
        units=opened.want.units if opened.want is not None and outcome.code in CHARGED else 0,
        duration_ms=duration_ms,
        upstream_id=outcome.upstream_id,
    )


def _refused(opening: Opening, error: HermesError) -> Opening:
    return msgspec.structs.replace(opening, outcome=error.code, detail=error.message, units=0)


def _quota_exceeded(left: int) -> HermesError:
    return QuotaExceeded(
        f"This month's calls are used up ({left} left). Take a larger plan or wait for the next month.",
        details={"quota_left": left},
    )
