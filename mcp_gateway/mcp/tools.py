"""`tools/list` and `tools/call`: the catalogue and the executor in MCP's terms."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from mcp_types import INVALID_PARAMS

from hermes.core.errors import (
    HermesError,
    InsufficientScope,
    NeedsReauth,
    NotConnected,
    Unauthenticated,
    UnknownTool,
)
from hermes.core.problems import retry_after
from mcp_gateway import auth, catalogue
from mcp_gateway.calls import Answer, ToolCall
from mcp_gateway.executor import execute
from mcp_gateway.mcp import connecting, wire
from mcp_gateway.mcp.questions import InputRequired, MissingCapability, PageRequired
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.wire import RpcError
from mcp_gateway.outlines import outline_of_input, outline_of_output

ERROR_META = "hermes/error"
CALL_META = "hermes/call"
PUBLISHED_LIMIT = 512

# These end the request rather than the call: a credential that may not, another round, a client that cannot.
REFUSALS = (Unauthenticated, InsufficientScope, auth.Barred)
NOT_RESULTS = (*REFUSALS, InputRequired, MissingCapability, PageRequired)

_published: dict[tuple[int, tuple[str, ...]], msgspec.Raw] = {}


async def list_tools(request: Request) -> dict[str, Any]:
    """The caller's tools in name order, on one page."""
    refuse_cursor(request.params)
    listed = catalogue.listed(request.caller)
    key = (id(catalogue.every_tool()), tuple(listing.tool.name for listing in listed))
    tools = _published.get(key)
    if tools is None:
        if len(_published) >= PUBLISHED_LIMIT:
            _published.clear()
        tools = _published[key] = msgspec.Raw(wire.encode([published(listing) for listing in listed]))
    return {"tools": tools}


async def call_tool(request: Request) -> dict[str, Any]:
    """One tool call's result; what the model can mend is a result with `isError` (SEP-1303)."""
    name, arguments = request.params.get("name"), request.params.get("arguments")
    if type(name) is not str or not (arguments is None or type(arguments) is dict):
        raise RpcError(INVALID_PARAMS, "tools/call needs the tool's name and its arguments as an object.")
    try:
        answer = await execute(
            request.caller, ToolCall(tool=name, arguments=arguments or {}, link=request.link)
        )
    except UnknownTool as error:
        if name in catalogue.every_tool():  # the one it relays to is unknown, which a model can mend
            return failed(error)
        raise RpcError(INVALID_PARAMS, error.message, told(error)) from None
    except NOT_RESULTS:
        raise
    except (NotConnected, NeedsReauth) as error:
        return failed(await connecting.offered(request, error))
    except HermesError as error:
        return failed(error)
    return completed(answer)


def completed(answer: Answer) -> dict[str, Any]:
    """The result of a call that went well: its data with `meta`, the same as text, then further content.

    A tool without data answers by its content alone; its meta is then in `_meta`.
    """
    if not answer.data:
        return {"content": answer.content, "isError": False, "_meta": {CALL_META: answer.meta}}
    structured = wire.encode({**answer.data, "meta": answer.meta})
    content: Sequence[Mapping[str, Any]] = ({"type": "text", "text": structured.decode()}, *answer.content)
    return {"content": content, "structuredContent": msgspec.Raw(structured), "isError": False}


def failed(error: HermesError) -> dict[str, Any]:
    """The result of a call that failed: the error as text for the model and under `_meta` for programs.

    Not as structuredContent: clients hold that against the tool's output schema even when `isError` is set
    (@modelcontextprotocol/sdk 1.x, client/index.js).
    """
    text = wire.encode(told(error))
    return {
        "content": ({"type": "text", "text": text.decode()},),
        "isError": True,
        "_meta": {ERROR_META: msgspec.Raw(text)},
    }


def told(error: HermesError) -> dict[str, Any]:
    """An error as programs read it: `code`, `message` and, where known, call_id, retry_after and details."""
    details = dict(error.details)
    data: dict[str, Any] = {"code": error.code, "message": error.message}
    if (call_id := details.pop("call_id", None)) is not None:
        data["call_id"] = call_id
    if error.retry_after_s is not None:
        data["retry_after"] = retry_after(error)
    if details:
        data["details"] = details
    return data


def refuse_cursor(params: Mapping[str, Any]) -> None:
    """Every list here is one page, so no cursor is ours."""
    if params.get("cursor") is not None:
        raise RpcError(INVALID_PARAMS, "This cursor is unknown; list again without one.")


def published(listing: catalogue.Listing) -> dict[str, Any]:
    """A tool as `tools/list` gives it."""
    told = {
        "name": listing.tool.name,
        "title": listing.tool.title,
        "description": listing.tool.description,
        "inputSchema": outline_of_input(listing.input_schema),
        "annotations": dict(listing.annotations),
    }
    if listing.output_schema is not None:
        told["outputSchema"] = outline_of_output(listing.output_schema, listing.tool.detailed_only)
    return told
