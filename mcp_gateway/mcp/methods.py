"""The methods of the protocol, one table for every era; an era adds its own and dresses the results."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog
from mcp_types import INTERNAL_ERROR, METHOD_NOT_FOUND

from mcp_gateway.challenges import challenge_headers
from mcp_gateway.mcp import about, prompts, tools, wire
from mcp_gateway.mcp.exchange import Reply
from mcp_gateway.mcp.questions import InputRequired, MissingCapability, PageRequired
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.wire import RpcError

Method = Callable[[Request], Awaitable[dict[str, Any]]]
Question = InputRequired | MissingCapability | PageRequired
log = structlog.get_logger(__name__)

# Each method with the feature that must be offered for it to exist.
COMMON: Mapping[str, tuple[str, Method]] = {
    "tools/list": ("tools", tools.list_tools),
    "tools/call": ("tools", tools.call_tool),
    "prompts/list": ("prompts", prompts.list_prompts),
    "prompts/get": ("prompts", prompts.get_prompt),
    "resources/list": ("resources", prompts.list_resources),
    "resources/templates/list": ("resources", prompts.list_templates),
    "resources/read": ("resources", prompts.read_resource),
    "completion/complete": ("completions", prompts.complete),
}


class Era(Protocol):
    """What differs between the eras when a method is answered."""

    methods: Mapping[str, tuple[str, Method]]

    def dress(self, request: Request, result: dict[str, Any]) -> dict[str, Any]:
        """The result as this era wants it."""
        ...

    def put(self, request: Request, question: Question) -> dict[str, Any]:
        """The result that tells what the client is asked or lacks; raises RpcError where that is an error."""
        ...

    def status(self, code: int) -> int:
        """The HTTP status for a JSON-RPC error code."""
        ...


async def answer(request: Request, era: Era) -> Reply:
    """Run the request's method. Never raises but for cancellation."""
    try:
        return Reply(wire.reply(request.id, era.dress(request, await _run(request, era))))
    except RpcError as error:
        failure = error
    except tools.REFUSALS as error:
        refusal = RpcError(INTERNAL_ERROR, error.message, tools.told(error))
        return Reply(wire.failure(request.id, refusal), error.status, challenge_headers(error))
    except Exception:
        log.exception("mcp_method_failed", method=request.method)
        failure = RpcError(INTERNAL_ERROR, "Hermes failed; the fault is logged. Try again later.")
    return Reply(wire.failure(request.id, failure), era.status(failure.code))


async def _run(request: Request, era: Era) -> dict[str, Any]:
    found = era.methods.get(request.method)
    if found is None or found[0] not in about.features():
        raise RpcError(METHOD_NOT_FOUND, "Method not found")
    try:
        return await found[1](request)
    except (InputRequired, MissingCapability, PageRequired) as question:
        return era.put(request, question)
