"""`prompts/*`, `resources/*` and `completion/complete` over what is offered."""

from typing import Any

from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from hermes.core.errors import HermesError, InvalidArgument, NotFound
from mcp_gateway.mcp import offered, offers
from mcp_gateway.mcp.request import Request
from mcp_gateway.mcp.tools import NOT_RESULTS, refuse_cursor
from mcp_gateway.mcp.wire import RpcError

COMPLETION_LIMIT = 100
RESOURCE_NOT_FOUND_BEFORE_2026 = -32002


async def list_prompts(request: Request) -> dict[str, Any]:
    """The caller's prompts in name order."""
    refuse_cursor(request.params)
    return {"prompts": [_published_prompt(prompt) for prompt in offered.prompts_of(request.caller)]}


async def get_prompt(request: Request) -> dict[str, Any]:
    """A prompt's messages for the given arguments."""
    prompt = _prompt(request, request.params.get("name"))
    arguments = _texts(request.params.get("arguments"))
    if missing := [a.name for a in prompt.arguments if a.required and a.name not in arguments]:
        raise RpcError(INVALID_PARAMS, f"The prompt {prompt.name} needs {', '.join(missing)}.")
    try:
        messages = await prompt.render(request.caller, arguments, request.link)
    except NOT_RESULTS:
        raise
    except HermesError as error:
        raise _as_rpc_error(error) from None
    return {"description": prompt.description, "messages": messages}


async def list_resources(request: Request) -> dict[str, Any]:
    """The caller's single resources in order of their URIs."""
    refuse_cursor(request.params)
    found = [r for r in offered.resources_of(request.caller) if not r.is_family]
    return {"resources": [{"uri": r.uri, **_described(r)} for r in found]}


async def list_templates(request: Request) -> dict[str, Any]:
    """The caller's families of resources."""
    refuse_cursor(request.params)
    found = [r for r in offered.resources_of(request.caller) if r.is_family]
    return {"resourceTemplates": [{"uriTemplate": r.uri, **_described(r)} for r in found]}


async def read_resource(request: Request) -> dict[str, Any]:
    """A resource's contents."""
    uri = request.params.get("uri")
    if not isinstance(uri, str):
        raise RpcError(INVALID_PARAMS, "resources/read needs the resource's uri.")
    found = offered.find_resource(request.caller, uri)
    if found is None:
        raise unknown_resource(request, uri)
    resource, variables = found
    try:
        return {"contents": await resource.read(request.caller, uri, variables, request.link)}
    except NOT_RESULTS:
        raise
    except NotFound:
        raise unknown_resource(request, uri) from None
    except HermesError as error:
        raise _as_rpc_error(error) from None


async def complete(request: Request) -> dict[str, Any]:
    """Suggestions for an argument of a prompt or a variable of a resource family."""
    ref, argument = request.params.get("ref"), request.params.get("argument")
    if not isinstance(ref, dict) or not isinstance(argument, dict):
        raise RpcError(INVALID_PARAMS, "completion/complete needs ref and argument.")
    offer: offers.Prompt | offers.Resource | None
    if ref.get("type") == "ref/prompt":
        offer = _prompt(request, ref.get("name"))
    else:
        offer = next((r for r in offered.resources_of(request.caller) if r.uri == ref.get("uri")), None)
    if offer is None:
        raise RpcError(INVALID_PARAMS, "There is no such prompt or resource template.")
    context = request.params.get("context")
    others = _texts(context.get("arguments") if isinstance(context, dict) else None)
    name, typed = str(argument.get("name", "")), str(argument.get("value", ""))
    found = [] if offer.complete is None else list(await offer.complete(request.caller, name, typed, others))
    return {
        "completion": {
            "values": found[:COMPLETION_LIMIT],
            "total": len(found),
            "hasMore": len(found) > COMPLETION_LIMIT,
        }
    }


def _prompt(request: Request, name: Any) -> offers.Prompt:
    prompt = next((p for p in offered.prompts_of(request.caller) if p.name == name), None)
    if prompt is None:
        raise RpcError(INVALID_PARAMS, "There is no such prompt; use a name from prompts/list.")
    return prompt


def _published_prompt(prompt: offers.Prompt) -> dict[str, Any]:
    arguments = [
        {"name": a.name, "description": a.description, "required": a.required} for a in prompt.arguments
    ]
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": prompt.description,
        "arguments": arguments,
    }


def _described(resource: offers.Resource) -> dict[str, Any]:
    return {
        "name": resource.name,
        "title": resource.title,
        "description": resource.description,
        "mimeType": resource.mime_type,
    }


def _texts(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise RpcError(INVALID_PARAMS, "Arguments are an object of texts.")
    return dict(given)


def unknown_resource(request: Request, uri: str) -> RpcError:
    """The error for a URI that names nothing the caller may read, with its era's code."""
    code = RESOURCE_NOT_FOUND_BEFORE_2026 if request.is_handshake else INVALID_PARAMS
    return RpcError(code, "There is no such resource.", {"uri": uri[:2048]})


def _as_rpc_error(error: HermesError) -> RpcError:
    code = INVALID_PARAMS if isinstance(error, InvalidArgument | NotFound) else INTERNAL_ERROR
    return RpcError(code, error.message, {"code": error.code})
