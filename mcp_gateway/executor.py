"""The one road of every tool call: admit, open, bind, run, close.

From `open` to `close` a call is shielded: a client that goes away leaves no send unrecorded.
"""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import structlog
from django import db

from audit.log import OK, Opening
from connectors.kit.tool import ToolResult
from hermes.core import ids, metrics
from hermes.core.errors import HermesError, Internal, NeedsReauth, OutcomeUnknown, RateLimited, Unavailable
from hermes.core.threads import blocking
from mcp_gateway import journal, records
from mcp_gateway.admission import Admitted, admit
from mcp_gateway.binding import context_of
from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.journal import Opened, Outcome
from mcp_gateway.records import CANCELLED, REHEARSED
from mcp_gateway.rehearsal import Rehearsed
from tenants import connections

log = structlog.get_logger(__name__)
_running: set[asyncio.Task[Answer]] = set()


async def execute(caller: Caller, call: ToolCall) -> Answer:
    """Run one tool call for `caller`.

    Raises HermesError with the public code; `details["call_id"]` names the entry in the audit trail where
    one was written. When the caller is cancelled a read ends; a write goes on to its recorded end.
    """
    call_id = ids.new("call")
    try:
        admitted = await admit(caller, call)
    except RateLimited:
        metrics.call_ended("refused", caller.surface, RateLimited.code, 0)
        raise
    except HermesError as refusal:
        await _record_refusal(caller, call, call_id, refusal)
        raise
    return await _to_its_end(_run(admitted, call, call_id), ends_with_caller=admitted.tool.hints.read_only)


async def drain(timeout_s: float) -> None:
    """Wait for the calls that still run, at most so many seconds."""
    if _running:
        await asyncio.wait(_running, timeout=timeout_s)


async def _to_its_end(work: Coroutine[Any, Any, Answer], *, ends_with_caller: bool) -> Answer:
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_ended)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if ends_with_caller:
            task.cancel()
        raise


def _ended(task: asyncio.Task[Answer]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, because its caller may be gone


async def _run(admitted: Admitted, call: ToolCall, call_id: str) -> Answer:
    began = time.perf_counter()
    opening = records.opening(admitted, call_id)
    opened = await _open(admitted, opening, call_id)
    if opened.answer is not None:
        return records.replayed(opened.answer)
    try:
        context = context_of(admitted, call, call_id)
        result: ToolResult = await admitted.tool.handler(context, admitted.params)
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
    return answer


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
    connection = admitted.connection
    if not isinstance(error, NeedsReauth) or connection is None:
        return
    try:
        await blocking(
            connections.mark_needs_reauth,
            admitted.caller.principal.customer_id,
            connection.public_id,
            error.message,
            version=connection.version,
        )
    except (HermesError, db.Error) as fault:
        log.error("connection_not_flagged", connection=connection.public_id, error=type(fault).__name__)


async def _record_refusal(caller: Caller, call: ToolCall, call_id: str, refusal: HermesError) -> None:
    metrics.call_ended("refused", caller.surface, refusal.code, 0)
    await journal.refuse_call(records.refused_opening(caller, call, call_id), refusal)
    _with_id(refusal, call_id)


def _with_id(error: HermesError, call_id: str) -> HermesError:
    error.details.setdefault("call_id", call_id)
    return error
