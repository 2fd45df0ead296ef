"""The one road of every tool call: admit, open, bind, run, close.

From `open` to `close` a call is shielded: a client that goes away leaves no send unrecorded.
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from audit.log import Closing, Opening
from audit.redact import redact
from connectors.kit import schema
from connectors.kit.context import ToolContext
from connectors.kit.tool import Tool, ToolResult
from hermes.core import clock, ids, metrics
from hermes.core.errors import HermesError, Internal, NeedsReauth, RateLimited, TooLarge, Unavailable
from hermes.core.threads import blocking
from inbox.reader import reader
from mcp_gateway import journal
from mcp_gateway.admission import Admitted, admit
from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.rehearsal import Rehearsed, RehearsalHttp
from tenants import connections, context

LIMIT_RESULT_BYTES = 256_000
LIMIT_CONTENT_BYTES = 8_000_000
CANCELLED = "cancelled"
log = structlog.get_logger(__name__)
_running: set[asyncio.Task[Answer]] = set()


async def execute(caller: Caller, call: ToolCall) -> Answer:
    """Run one tool call for `caller`.

    Raises HermesError with the public code; `error.details["call_id"]` names the audit entry where one
    was written. A cancelled caller ends a read; a write goes on to its recorded end.
    """
    call_id = ids.new("call")
    try:
        admitted = await admit(caller, call)
    except HermesError as refusal:
        await _record_refusal(caller, call, call_id, refusal)
        raise
    task = asyncio.ensure_future(_run(admitted, call, call_id))
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if admitted.listing.tool.hints.read_only:
            task.cancel()
        raise


async def _run(admitted: Admitted, call: ToolCall, call_id: str) -> Answer:
    started = time.perf_counter()
    opened = await journal.open_call(_opening(admitted, call, call_id), _want(admitted), _keyed(admitted))
    if opened.answer is not None:
        return _replayed(opened.answer)
    outcome: journal.Outcome
    try:
        result = await _handle(admitted, call, call_id)
        answer = _answer(admitted, call_id, opened.left, result)
        outcome = journal.completed(result, answer)
    except Rehearsed as rehearsed:
        answer, outcome = _rehearsed_answer(admitted, call_id, opened.left, rehearsed), journal.REHEARSED
    except asyncio.CancelledError:
        await asyncio.shield(_close(admitted, call_id, started, journal.failed(CANCELLED)))
        raise
    except Exception as error:
        known = await _explained(admitted, call_id, error)
        await _close(admitted, call_id, started, journal.failed(known.code, known.message))
        raise known from None
    await _close(admitted, call_id, started, outcome)
    return answer
