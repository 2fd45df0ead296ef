"""The one road of every tool call: admit, open, bind, run, close.

From `open` to `close` a call is shielded: a client that goes away leaves no send unrecorded.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import structlog

from audit.log import OK, Opening
from connectors.kit.tool import ToolResult
from hermes.core import closing, epoch, ids, metrics, threads
from hermes.core.errors import HermesError, Internal, NeedsReauth, OutcomeUnknown, RateLimited, Unavailable
from inbox import news
from mcp_gateway import auth, journal, reauth, records
from mcp_gateway.admission import Admitted, admit, check
from mcp_gateway.binding import context_of
from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.journal import Opened, Outcome
from mcp_gateway.own_tools.searching import relayed
from mcp_gateway.records import CANCELLED, REHEARSED
from mcp_gateway.rehearsal import Rehearsed

log = structlog.get_logger(__name__)


async def execute(caller: Caller, call: ToolCall) -> Answer:
    """Run one tool call for `caller`.

    Raises HermesError with the public code; `details["call_id"]` names the entry in the audit trail where
    one was written. When the caller is cancelled a read ends; a write goes on to its recorded end.
    A call that relays another one is that other one, here and in all that is recorded.
    """
    call_id, call = ids.new("call"), relayed(call)
    try:
        admitted = await admit(caller, call)
    except RateLimited:
        metrics.call_ended("refused", caller.surface, RateLimited.code, 0)
        raise
    except HermesError as refusal:
        await _record_refusal(caller, call, call_id, refusal)
        raise
    stage = _Stage()
    work = _run(admitted, call, call_id, stage)
    return await _to_its_end(work, stage, ends_with_caller=admitted.tool.hints.read_only)


async def _within(caller: Caller, call: ToolCall) -> Answer:
    """A call that an admitted one makes: with an entry, a key and units of its own, but no second token."""
    call_id = ids.new("call")
    try:
        admitted = check(caller, call)
    except HermesError as refusal:
        await _record_refusal(caller, call, call_id, refusal)
        raise
    return await _run(admitted, call, call_id, _Stage())


class _Stage:
    """Whether a call is opened, and whether its caller has left: what is left before that ends after it."""

    __slots__ = ("is_left", "is_open")

    def __init__(self) -> None:
        self.is_open = self.is_left = False


async def _to_its_end(work: Coroutine[Any, Any, Answer], stage: _Stage, *, ends_with_caller: bool) -> Answer:
    task = asyncio.ensure_future(work)
    closing.let_finish(task)
    task.add_done_callback(_look_at)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if ends_with_caller:
            stage.is_left = True
            if stage.is_open:
                task.cancel()
        raise


def _look_at(task: asyncio.Task[Answer]) -> None:
    if not task.cancelled():
        task.exception()  # looked at, because its caller may be gone


async def _run(admitted: Admitted, call: ToolCall, call_id: str, stage: _Stage) -> Answer:
    began = time.perf_counter()
    threads.act_for(admitted.caller.principal.customer)
    opening = records.opening(admitted, call_id)
    opened = await _open(admitted, opening, call_id)
    if opened.answer is not None:
        return records.replayed(opened.answer)
    stage.is_open = True
    try:
        if stage.is_left:
            raise asyncio.CancelledError
        context = context_of(admitted, call, call_id, within=_within)
        result: ToolResult = await admitted.tool.handler(context, admitted.params)
        await _check_still_may(admitted, time.perf_counter() - began)
        answer = records.answer(admitted, opened, result)
        outcome = records.completed(admitted, call_id, result, answer)
    except Rehearsed as rehearsed:
        answer, outcome = records.rehearsed(admitted, opened, rehearsed), Outcome(code=REHEARSED)
    except asyncio.CancelledError:
        await asyncio.shield(_close(admitted, opened, Outcome(code=CANCELLED), began))
        raise
    except HermesError as error:
        await _react(admitted, error)
        raise await _failed(admitted, opened, error, began) from None
    except Exception:
        log.exception("tool_failed", tool=admitted.tool.name, call_id=call_id)
        raise await _failed(admitted, opened, _fault(admitted), began) from None
    await _close(admitted, opened, outcome, began)
    if outcome.sent or outcome.read:
        await news.tell(admitted.caller.principal.customer, admitted.caller.principal.mode, news.CALLED)
    return answer


async def _check_still_may(admitted: Admitted, seconds: float) -> None:
    """Raise what authentication raises where a read has outlasted the right to its answer (a key revoked)."""
    if admitted.tool.hints.read_only and seconds > auth.TTL_S:
        current = await epoch.current(admitted.caller.principal.customer)
        await auth.refreshed(admitted.caller, current)


async def _open(admitted: Admitted, opening: Opening, call_id: str) -> Opened:
    try:
        return await journal.open_call(opening, records.want(admitted), records.keyed(admitted))
    except HermesError as refusal:
        metrics.call_ended(admitted.tool.name, admitted.caller.surface, refusal.code, 0)
        raise _with_id(refusal, call_id) from None


def _fault(admitted: Admitted) -> HermesError:
    if admitted.tool.takes_key:
        return OutcomeUnknown(
            "Hermes failed on this call and cannot say whether the platform did it. Look it up before you "
            "repeat it; the fault is logged by the call_id."
        )
    return Internal("Hermes failed on this call; the fault is logged by its call_id. Try again later.")


async def _failed(admitted: Admitted, opened: Opened, error: HermesError, began: float) -> HermesError:
    await _close(admitted, opened, Outcome(code=error.code, detail=error.message), began)
    return _with_id(error, opened.call_id)


async def _close(admitted: Admitted, opened: Opened, outcome: Outcome, began: float) -> None:
    seconds = time.perf_counter() - began
    metrics.call_ended(admitted.tool.name, admitted.caller.surface, outcome.code, seconds)
    try:
        await journal.close_call(opened, outcome, duration_ms=round(seconds * 1000))
    except Unavailable:
        log.error("call_not_closed", call_id=opened.call_id, outcome=outcome.code)
        if outcome.code == OK and admitted.tool.takes_key:
            raise OutcomeUnknown(
                "The call was made but its result could not be recorded. Look it up before you repeat it.",
                details={"call_id": opened.call_id},
            ) from None


async def _react(admitted: Admitted, error: HermesError) -> None:
    """Stop calling with a credential that the platform refuses (Discord bans a whole address for it)."""
    if isinstance(error, NeedsReauth) and admitted.connection is not None:
        error.details.setdefault("platform", admitted.connection.platform)
        error.details.setdefault("account", admitted.connection.account)
        await reauth.flag(admitted.caller.principal, admitted.connection, error)


async def _record_refusal(caller: Caller, call: ToolCall, call_id: str, refusal: HermesError) -> None:
    metrics.call_ended("refused", caller.surface, refusal.code, 0)
    await journal.refuse_call(records.refused_opening(caller, call, call_id), refusal)
    _with_id(refusal, call_id)


def _with_id(error: HermesError, call_id: str) -> HermesError:
    error.details.setdefault("call_id", call_id)
    return error
