"""`/api/keys`: the customer's keys. A test key sees and makes test keys only."""

from datetime import timedelta

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from mcp_gateway.rest import paging, reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.key_shapes import IssuedKey, KeyAnswer, KeyPage, NewKey, Rotation, key_info
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.shapes import PageQuery
from tenants import keys
from tenants.key_limits import Limits
from tenants.keys import Issued

_TAG = "keys"
_SCOPE = "manage"


class Keys(Endpoint):
    """The list, and making one."""

    @operation("list_keys", "List API keys", tag=_TAG, scope=_SCOPE, query=PageQuery, answer=KeyPage)
    def get(self, request: Request) -> Response:
        """A page, newest first, revoked ones included."""
        self.actor.require("keys:manage")
        wanted = reading.query(request, PageQuery)
        rows = keys.listed(self.principal.customer_id).select_related("replaced_by")
        if self.principal.mode == "test":
            rows = rows.filter(mode="test")
        found, after = paging.page(
            rows, limit=wanted.limit, cursor=wanted.cursor, listing="keys", principal=self.principal
        )
        told = KeyPage(keys=[key_info(row) for row in found], next_cursor=after)
        return Response(msgspec.to_builtins(told))

    @operation(
        "issue_key", "Make an API key", tag=_TAG, scope=_SCOPE, body=NewKey, answer=IssuedKey, status=201
    )
    def post(self, request: Request) -> Response:
        """201 with the key and its text, which is shown this once."""
        wanted = reading.body(request, NewKey)
        limits = Limits(
            scopes=wanted.scopes,
            tools=wanted.tools,
            profile=wanted.profile,
            addresses=wanted.addresses,
            expires_at=wanted.expires_at,
        )
        mode = wanted.mode or self.principal.mode
        return _issued(
            keys.issue(self.principal.customer_id, name=wanted.name, mode=mode, limits=limits, by=self.actor)
        )


class KeyRotation(Endpoint):
    """Replacing one."""

    @operation(
        "rotate_key",
        "Make a key's successor; the old one works on for the overlap",
        tag=_TAG,
        scope=_SCOPE,
        body=Rotation,
        answer=IssuedKey,
        status=201,
    )
    def post(self, request: Request, key_id: str) -> Response:
        """201 with the successor and its text, which is shown this once."""
        overlap = timedelta(seconds=reading.body(request, Rotation).overlap_s)
        return _issued(keys.rotate(self.principal.customer_id, key_id, overlap=overlap, by=self.actor))


class KeyById(Endpoint):
    """Ending one."""

    @operation("revoke_key", "Revoke an API key at once", tag=_TAG, scope=_SCOPE, answer=KeyAnswer)
    def delete(self, _request: Request, key_id: str) -> Response:
        """The ended key; ending it twice changes nothing."""
        row = keys.revoke(self.principal.customer_id, key_id, by=self.actor)
        return Response(msgspec.to_builtins(KeyAnswer(key=key_info(row))))


def _issued(issued: Issued) -> Response:
    told = IssuedKey(key=key_info(issued.key), secret=issued.text)
    return Response(msgspec.to_builtins(told), status=201)
