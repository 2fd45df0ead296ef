"""`GET /api/tools`: what the key may call."""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from mcp_gateway import catalogue
from mcp_gateway.catalogue import Listing
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.record_shapes import ToolInfo, ToolList


class Tools(Endpoint):
    """The list."""

    @operation("list_tools", "List the tools this key may call", tag="tools", scope=None, answer=ToolList)
    def get(self, _request: Request) -> Response:
        """All of them, in name order."""
        told = ToolList(tools=[_info(listing) for listing in catalogue.listed(self.caller)])
        return Response(msgspec.to_builtins(told))


def _info(listing: Listing) -> ToolInfo:
    return ToolInfo(
        name=listing.tool.name,
        title=listing.tool.title,
        description=listing.tool.description,
        platform=listing.connector.slug if listing.connector else None,
        input_schema=dict(listing.input_schema),
        output_schema=dict(listing.output_schema) if listing.output_schema is not None else None,
        annotations=dict(listing.annotations),
    )
