"""The fixture resources."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.kit.context import ClientLink
from mcp_gateway.calls import Caller
from mcp_gateway.mcp.offers import Resource
from mcp_gateway.testing.samples import PNG

Contents = Sequence[Mapping[str, Any]]


async def _text(_: Caller, uri: str, __: Mapping[str, str], ___: ClientLink) -> Contents:
    return [
        {"uri": uri, "mimeType": "text/plain", "text": "This is the content of the static text resource."}
    ]


async def _binary(_: Caller, uri: str, __: Mapping[str, str], ___: ClientLink) -> Contents:
    return [{"uri": uri, "mimeType": "image/png", "blob": PNG}]


async def _data(_: Caller, uri: str, variables: Mapping[str, str], __: ClientLink) -> Contents:
    told = {"id": variables["id"], "templateTest": True, "data": f"Data for ID: {variables['id']}"}
    return [{"uri": uri, "mimeType": "application/json", "text": msgspec.json.encode(told).decode()}]


async def _watched(_: Caller, uri: str, __: Mapping[str, str], ___: ClientLink) -> Contents:
    return [{"uri": uri, "mimeType": "text/plain", "text": "Watched resource content"}]


async def _suggest(_: Caller, __: str, typed: str, ___: Mapping[str, str]) -> Sequence[str]:
    return [number for number in ("1", "12", "123") if number.startswith(typed)]


RESOURCES = (
    Resource(
        uri="test://static-text",
        name="static-text",
        title="Static text",
        description="A text that never changes.",
        mime_type="text/plain",
        read=_text,
    ),
    Resource(
        uri="test://static-binary",
        name="static-binary",
        title="Static image",
        description="An image that never changes.",
        mime_type="image/png",
        read=_binary,
    ),
    Resource(
        uri="test://watched-resource",
        name="watched-resource",
        title="Watched resource",
        description="A resource to subscribe to.",
        mime_type="text/plain",
        read=_watched,
    ),
    Resource(
        uri="test://template/{id}/data",
        name="template-data",
        title="Data by id",
        description="A family of resources.",
        mime_type="application/json",
        read=_data,
        complete=_suggest,
    ),
)
