"""The doors that stand before Django, in the same document: one path for each tool, its alias, and MCP."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit.webhook import WebhookSpec
from connectors.registry import all_connectors
from inbox import payments
from mcp_gateway.catalogue import Listing, every_tool
from mcp_gateway.rest.tool_calls import ALIASES

_PROBLEM = {
    "description": "Refused or failed.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 256},
    "description": "Any unique text. Repeating a call with the same key never does it twice (24 h).",
}
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"x_api_key": []}]
_MESSAGE = {"application/json": {"schema": {"type": "object"}}}
_MCP = {
    "tags": ["mcp"],
    "description": "Model Context Protocol over Streamable HTTP; point an MCP client here.",
    "security": _SECURITY,
}


_BYTES = {"application/json": {"schema": {"type": "object"}}}
_REFUSAL = {"default": _PROBLEM}


_MEDIA = {
    "operationId": "get_media",
    "summary": "Open a file by its link",
    "description": "Links come from tools such as whatsapp_get_media and work for 15 minutes, without a key.",
    "tags": ["inbox"],
    "security": [{}],
    "parameters": [{"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}],
    "responses": {
        "200": {
            "description": "The file, to be saved unless it is a picture, sound or film.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
        **_REFUSAL,
    },
}


def add_doors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the paths to the document (SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"])."""
    paths = result["paths"]
    for name, listing in every_tool().items():
        paths[f"/api/tools/{name}"] = {"post": _call(listing, name)}
        for alias in _aliases(listing):
            other = _call(listing, alias.removeprefix("/api/").replace("/", "."))
            paths[alias] = {"post": {**other, "x-alias-of": name}}
    paths["/mcp"] = {
        "post": {
            **_MCP,
            "operationId": "mcp_send",
            "summary": "Send a JSON-RPC message",
            "requestBody": {"content": _MESSAGE, "required": True},
            "responses": {
                "200": {
                    "description": "The answer, or a stream of messages that ends with it.",
                    "content": {**_MESSAGE, "text/event-stream": {"schema": {"type": "string"}}},
                },
                "202": {"description": "A notification or an answer was taken."},
                "default": {"description": "Refused.", "content": _MESSAGE},
            },
        }
    }
    paths["/media/{token}"] = {"get": _MEDIA}
    for slug, connector in all_connectors().items():
        if connector.webhook is not None:
            for path, parameters, suffix in _webhook_places(slug, connector.webhook):
                paths[path] = _webhook(slug, connector.name, connector.webhook, parameters, suffix)
    paths["/webhook/stripe"] = _webhook(payments.SENDER, "Stripe", payments.SPEC, [], "")
    return result


def _webhook_places(slug: str, spec: WebhookSpec) -> Iterator[tuple[str, list[dict[str, Any]], str]]:
    connection = {"name": "connection", "in": "path", "required": True, "schema": {"type": "string"}}
    if not spec.is_per_connection:
        yield f"/webhook/{slug}", [], ""
    yield f"/webhook/{slug}/{{connection}}", [connection], "_of_connection"


def _webhook(
    slug: str, name: str, spec: WebhookSpec, parameters: list[dict[str, Any]], suffix: str
) -> dict[str, Any]:
    about = {"tags": ["webhooks"], "security": [{}], "parameters": parameters}
    post = {
        **about,
        "operationId": f"{slug}_webhook{suffix}",
        "summary": f"Take in events of {name}",
        "description": "For the platform, which signs the raw bytes of the body; at most 3 MiB.",
        "requestBody": {"content": _BYTES, "required": True},
        "responses": {"200": {"description": "Stored."}, **_REFUSAL},
    }
    if spec.handshake is None:
        return {"post": post}
    challenge = {"description": "The challenge.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    get = {
        **about,
        "operationId": f"{slug}_webhook_handshake{suffix}",
        "summary": f"Answer {name}'s check of this address",
        "responses": {"200": challenge, **_REFUSAL},
    }
    return {"get": get, "post": post}


def _aliases(listing: Listing) -> Iterator[str]:
    """The other paths of a tool, as `tool_calls.tool_of` reads them."""
    if listing.connector is not None:
        slug, name = listing.connector.slug, listing.tool.name
        yield f"/api/{slug}/{name.removeprefix(f'{slug}_')}"
        yield from (
            f"/api/{platform}/{action}" for (platform, action), tool in ALIASES.items() if tool == name
        )


def _call(listing: Listing, operation_id: str) -> dict[str, Any]:
    tool, connector = listing.tool, listing.connector
    answer = {
        "type": "object",
        "required": ["data", "meta"],
        "properties": {"data": _data(listing.output_schema), "meta": {"type": "object"}},
    }
    return {
        "operationId": operation_id,
        "summary": tool.title,
        "description": f"{tool.description}\n\nNeeds the scope `{tool.scope}`.",
        "tags": [connector.slug if connector else "tools"],
        "security": _SECURITY,
        "parameters": [_IDEMPOTENCY_KEY] if tool.takes_key else [],
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": dict(listing.input_schema),
                    **({"example": dict(tool.example)} if tool.example else {}),
                }
            },
            "required": bool(listing.input_schema.get("required")),
        },
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": answer}}},
            "default": _PROBLEM,
        },
    }


def _data(output_schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """What MCP calls structuredContent, where `meta` stands inside; over REST it stands beside."""
    if output_schema is None:
        return {"type": "object"}
    members = {k: v for k, v in output_schema.get("properties", {}).items() if k != "meta"}
    return {**output_schema, "properties": members}
