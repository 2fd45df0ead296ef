"""A call made from the page, by the road of every call, and what came of it."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from hermes.core.errors import HermesError
from mcp_gateway import people
from mcp_gateway.calls import Answer, Caller, ToolCall
from mcp_gateway.catalogue import Listing
from tenants.models import ApiKey

LIMIT_SHOWN_CHARS = 200_000
LIMIT_BYTES_SHOWN = 80


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer or a refusal. `body` is JSON as text; `is_dry` where nothing was done."""

    body: str
    meta: Mapping[str, Any]
    error: HermesError | None = None
    is_dry: bool = False
    is_cut: bool = False


def call(caller: Caller, call: ToolCall) -> Result:
    """The result of a call; a refusal is one too."""
    try:
        answer = people.run(caller, call)
    except HermesError as error:
        told = {"code": error.code, "detail": error.message, **error.details}
        if error.retry_after_s is not None:
            told["retry_after"] = error.retry_after_s
        return Result(body=_written(told)[0], meta={}, error=error)
    body, is_cut = _written(_shown(answer))
    return Result(body=body, meta=answer.meta, is_dry="dry_run" in answer.meta, is_cut=is_cut)


def confirmation(caller: Caller, listing: Listing, call: ToolCall) -> str:
    """What confirms this very call; empty where none is needed.

    Others see at once what such a call does, or it deletes, on a real account.
    """
    is_rehearsed = call.arguments.get("dry_run") is True
    if caller.principal.mode != ApiKey.Mode.LIVE or not listing.tool.hints.destructive or is_rehearsed:
        return ""
    told = json.dumps([call.tool, call.arguments], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _shown(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"data": answer.data, "meta": answer.meta}
    if answer.content:
        told["content"] = [_without_bytes(block) for block in answer.content]
    return told


def _without_bytes(block: Mapping[str, Any]) -> dict[str, Any]:
    data = block.get("data")
    if isinstance(data, str) and len(data) > LIMIT_BYTES_SHOWN:
        return {**block, "data": f"{data[:LIMIT_BYTES_SHOWN]}… ({len(data):,} characters)"}
    return dict(block)


def _written(told: Mapping[str, Any]) -> tuple[str, bool]:
    text = json.dumps(told, indent=2, ensure_ascii=False, default=str)
    return text[:LIMIT_SHOWN_CHARS], len(text) > LIMIT_SHOWN_CHARS
