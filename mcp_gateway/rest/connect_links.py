"""`/api/connect-links`: links by which a member connects an account, in the key's mode."""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.connect_link_shapes import (
    ConnectLinkAnswer,
    ConnectLinkPage,
    NewConnectLink,
    link_info,
)
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import PageQuery
from tenants import connect_links
from tenants.models import ConnectLink

_TAG = "connections"
_SCOPE = "manage"


class ConnectLinks(Endpoint):
    """The list, and making one."""

    @operation(
        "list_connect_links",
        "List connect links",
        tag=_TAG,
        scope=_SCOPE,
        query=PageQuery,
        answer=ConnectLinkPage,
    )
    def get(self, request: Request) -> Response:
        """A page, newest first, ended ones included."""
        self.actor.require("connections:manage")
        wanted = reading.query(request, PageQuery)
        rows, after = paging.page(
            connect_links.listed(self.principal.customer_id, mode=self.principal.mode),
            limit=wanted.limit,
            cursor=wanted.cursor,
            listing="connect-links",
            principal=self.principal,
        )
        told = ConnectLinkPage(links=[link_info(row) for row in rows], next_cursor=after)
        return Response(msgspec.to_builtins(told))

    @operation(
        "make_connect_link",
        "Make a link by which a member connects an account, once",
        tag=_TAG,
        scope=_SCOPE,
        body=NewConnectLink,
        answer=ConnectLinkAnswer,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """201 with the link."""
        wanted = reading.body(request, NewConnectLink)
        row = connect_links.make(
            self.principal.customer_id,
            wanted.platform,
            mode=self.principal.mode,
            account=wanted.label,
            expires_at=wanted.expires_at,
            asked_as=self.principal.credential_name,
            by=self.actor,
        )
        return _answer(row, status=201)


class ConnectLinkById(Endpoint):
    """One link."""

    @operation("get_connect_link", "Read a connect link", tag=_TAG, scope=_SCOPE, answer=ConnectLinkAnswer)
    def get(self, _request: Request, link_id: str) -> Response:
        """The link, and whether it was used."""
        self.actor.require("connections:manage")
        return _answer(connect_links.get(self.principal.customer_id, link_id, mode=self.principal.mode))

    @operation(
        "revoke_connect_link",
        "Revoke a connect link at once",
        tag=_TAG,
        scope=_SCOPE,
        answer=ConnectLinkAnswer,
    )
    def delete(self, _request: Request, link_id: str) -> Response:
        """The ended link; one that was used or has ended before stays as it is."""
        mode = self.principal.mode
        return _answer(connect_links.revoke(self.principal.customer_id, link_id, mode=mode, by=self.actor))


def _answer(row: ConnectLink, status: int = 200) -> Response:
    return Response(msgspec.to_builtins(ConnectLinkAnswer(link=link_info(row))), status=status)
