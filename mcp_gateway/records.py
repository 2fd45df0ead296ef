"""What the journal and the caller are told of a call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from audit.log import OK, Opening
from audit.redact import redact
from billing.quota import Want, period_of
from connectors.kit import schema
from connectors.kit.tool import SentMessage, ToolResult
from hermes.core import clock
from hermes.core.errors import TooLarge
from inbox.filing import SentRow
from inbox.reading import ReadRow
from mcp_gateway import catalogue
from mcp_gateway.admission import Admitted
from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.idempotency import Keyed
from mcp_gateway.journal import Opened, Outcome
from mcp_gateway.rehearsal import Rehearsed
from tenants.principals import Principal

LIMIT_DATA_BYTES = 256_000
CANCELLED = "cancelled"
REHEARSED = "dry_run"


def opening(admitted: Admitted, call_id: str) -> Opening:
    """The audit row of a call that begins."""
    connection = admitted.connection
    return _opening(
        admitted.caller,
        call_id,
        tool=admitted.tool.name,
        platform=connection.platform if connection is not None else "",
        connection=connection.public_id if connection is not None else "",
        arguments=redact(admitted.arguments, admitted.tool.redact),
        units=_units(admitted),
    )


def refused_opening(caller: Caller, call: ToolCall, call_id: str) -> Opening:
    """The audit row of a call that was refused. What is redacted follows the tool where it is known."""
    listing = catalogue.every_tool().get(call.tool)
    kept_out = listing.tool.redact if listing is not None else call.arguments.keys()
    return _opening(caller, call_id, tool=call.tool, arguments=redact(call.arguments, kept_out))


def want(admitted: Admitted) -> Want | None:
    """The units to reserve."""
    units = _units(admitted)
    principal = admitted.caller.principal
    if not units:
        return None
    period = period_of(clock.now())
    return Want(principal.customer_id, principal.mode, period, principal.plan.calls_per_month, units)


def keyed(admitted: Admitted) -> Keyed | None:
    """The idempotency key to take."""
    if admitted.key is None:
        return None
    return Keyed(admitted.caller.principal.customer_id, admitted.key, admitted.fingerprint)


def answer(admitted: Admitted, opened: Opened, result: ToolResult) -> Answer:
    """What the caller gets. Raises TooLarge where a read's data exceed 256 KB."""
    data: Mapping[str, Any] = schema.dump(result.data)
    if admitted.detail == "concise" and admitted.tool.detailed_only:
        data = _without(data, admitted.tool.detailed_only)
    if admitted.tool.hints.read_only and len(msgspec.json.encode(data)) > LIMIT_DATA_BYTES:
        raise TooLarge("The result is larger than 256 KB. Ask for fewer items with 'limit'.")
    meta = _meta(admitted, opened, units=_units(admitted))
    if result.upstream_id is not None:
        meta["upstream_id"] = result.upstream_id
    return Answer(data=data, meta=meta, content=result.content)


def completed(admitted: Admitted, call_id: str, result: ToolResult, given: Answer) -> Outcome:
    """The end of a call that went well."""
    return Outcome(
        code=OK,
        upstream_id=result.upstream_id or "",
        answer=given if admitted.key is not None else None,
        sent=_sent(admitted, call_id, result.sent),
        read=_read(admitted, result),
    )


def rehearsed(admitted: Admitted, opened: Opened, done: Rehearsed) -> Answer:
    """What a dry run tells: the request that would have been made."""
    return Answer(
        data={"dry_run": True, "request": done.request},
        meta={**_meta(admitted, opened, units=0), "dry_run": True},
    )


def replayed(first: Answer) -> Answer:
    """The first answer, marked."""
    return replace(first, meta={**first.meta, "replayed": True})


def _opening(caller: Caller, call_id: str, *, tool: str, **known: Any) -> Opening:
    principal = caller.principal
    return Opening(
        call_id=call_id,
        customer_id=principal.customer_id,
        at=clock.now(),
        actor=actor(principal),
        surface=caller.surface,
        client=caller.client,
        address=caller.address,
        mode=principal.mode,
        tool=tool,
        **known,
    )


def actor(principal: Principal) -> str:
    """How the audit trail names a principal."""
    return f"{principal.kind}:{principal.credential_id}"


def _units(admitted: Admitted) -> int:
    return 0 if admitted.dry_run else admitted.tool.units


def _meta(admitted: Admitted, opened: Opened, *, units: int) -> dict[str, Any]:
    meta: dict[str, Any] = {"call_id": opened.call_id, "units": units}
    if admitted.connection is not None:
        meta["account"] = admitted.connection.account
    if opened.left is not None:
        meta["quota_left"] = opened.left
    return meta


def _sent(admitted: Admitted, call_id: str, messages: Sequence[SentMessage]) -> list[SentRow]:
    if admitted.connection is None:
        return []
    return [
        SentRow(
            customer_id=admitted.caller.principal.customer_id,
            connection_id=admitted.connection.id,
            call_id=call_id,
            contact=message.contact,
            upstream_id=message.upstream_id,
            kind=message.kind,
            at=message.at or clock.now(),
            contact_name=message.contact_name,
            text=message.text,
            reply_to=message.reply_to,
            media=message.media,
        )
        for message in messages
    ]


def _read(admitted: Admitted, result: ToolResult) -> ReadRow | None:
    if admitted.connection is None or result.read_up_to is None:
        return None
    return ReadRow(
        customer_id=admitted.caller.principal.customer_id,
        connection_id=admitted.connection.id,
        upstream_id=result.read_up_to,
    )


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {k: _without(v, names) for k, v in value.items() if k not in names}
    if isinstance(value, list | tuple):
        return [_without(item, names) for item in value]
    return value
