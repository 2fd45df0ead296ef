"""`/api/connect/<platform>` and `/api/connections`: accounts of the key's customer, in the key's mode."""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from hermes.core.errors import InvalidArgument, NeedsReauth, NotAllowedByPlatform, PlatformRejected
from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.connection_shapes import (
    ConnectionAnswer,
    ConnectionChange,
    ConnectionPage,
    DisconnectAnswer,
    LinkRequest,
    connection_info,
)
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import PageQuery
from tenants import connections
from tenants.models import Connection

_TAG = "connections"
_DOMAIN_MODES = {"live": "live", "sandbox": "test"}


class Connect(Endpoint):
    """Connecting."""

    @operation(
        "connect_account",
        "Connect an account, or give a connected one new credentials",
        tag=_TAG,
        scope="manage",
        body=LinkRequest,
        answer=ConnectionAnswer,
        status=201,
    )
    def post(self, request: Request, platform: str) -> Response:
        """201 with the connection; 422, and nothing saved, where the platform refuses the credentials."""
        wanted = reading.body(request, LinkRequest)
        try:
            row = connections.link(
                self.principal.customer_id,
                platform,
                wanted.credentials,
                mode=_DOMAIN_MODES[wanted.mode] if wanted.mode else self.principal.mode,
                label=wanted.label,
                verify=wanted.verify,
                by=self.actor,
            )
        except (NeedsReauth, NotAllowedByPlatform) as refused:
            raise PlatformRejected(refused.message, details=refused.details) from None
        return _answer(row, status=201)


class Connections(Endpoint):
    """The list."""

    @operation(
        "list_connections",
        "List connected accounts",
        tag=_TAG,
        scope="tools:read",
        query=PageQuery,
        answer=ConnectionPage,
    )
    def get(self, request: Request) -> Response:
        """A page, oldest first, without disconnected ones."""
        self.actor.require("tools:read")
        wanted = reading.query(request, PageQuery)
        rows, after = paging.page(
            connections.listed(self.principal.customer_id, mode=self.principal.mode),
            limit=wanted.limit,
            cursor=wanted.cursor,
            listing="connections",
            principal=self.principal,
        )
        told = ConnectionPage(connections=[connection_info(row) for row in rows], next_cursor=after)
        return Response(msgspec.to_builtins(told))


class ConnectionById(Endpoint):
    """One connection."""

    @operation(
        "get_connection", "Read one connected account", tag=_TAG, scope="tools:read", answer=ConnectionAnswer
    )
    def get(self, _request: Request, connection_id: str) -> Response:
        """The connection, a disconnected one too."""
        self.actor.require("tools:read")
        return _answer(connections.get(self.principal.customer_id, connection_id, mode=self.principal.mode))

    @operation(
        "change_connection",
        "Rename, pause or resume a connected account",
        tag=_TAG,
        scope="manage",
        body=ConnectionChange,
        answer=ConnectionAnswer,
    )
    def patch(self, request: Request, connection_id: str) -> Response:
        """The changed connection."""
        wanted = reading.body(request, ConnectionChange)
        customer_id, by = self.principal.customer_id, self.actor
        by.require("connections:manage")
        row = connections.get(customer_id, connection_id, mode=self.principal.mode)
        if wanted.label is None and wanted.status is None:
            raise InvalidArgument("Give 'label' or 'status' or both.", details={"argument": "label"})
        if wanted.label is not None:
            row = connections.relabel(customer_id, connection_id, wanted.label, by=by)
        if wanted.status == "paused":
            row = connections.pause(customer_id, connection_id, by=by)
        if wanted.status == "active":
            row = connections.resume(customer_id, connection_id, by=by)
        return _answer(row)

    @operation(
        "disconnect_account",
        "Disconnect an account; its credentials are destroyed, and taken back where the platform can",
        tag=_TAG,
        scope="manage",
        answer=DisconnectAnswer,
    )
    def delete(self, _request: Request, connection_id: str) -> Response:
        """The ended connection and a sentence on the platform's side."""
        row, detail = connections.disconnect(self.principal.customer_id, connection_id, by=self.actor)
        return Response(msgspec.to_builtins(DisconnectAnswer(connection=connection_info(row), detail=detail)))


class Verification(Endpoint):
    """Asking the platform."""

    @operation(
        "verify_connection",
        "Check the stored credentials at the platform",
        tag=_TAG,
        scope="manage",
        answer=ConnectionAnswer,
    )
    def post(self, _request: Request, connection_id: str) -> Response:
        """The connection; needs_reauth where the platform refuses the credentials."""
        return _answer(connections.verify(self.principal.customer_id, connection_id, by=self.actor))


def _answer(row: Connection, status: int = 200) -> Response:
    return Response(msgspec.to_builtins(ConnectionAnswer(connection=connection_info(row))), status=status)
