"""`/api/inbox/threads`: stored conversations of the accounts the key sees."""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from hermes.core.errors import NotFound
from inbox import threads
from mcp_gateway.rest import reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.record_shapes import MessageQuery, ThreadQuery

_TAG = "inbox"


class Threads(Endpoint):
    """The list."""

    @operation(
        "list_threads",
        "List conversations",
        tag=_TAG,
        scope="inbox:read",
        query=ThreadQuery,
        answer=threads.ThreadPage,
    )
    def get(self, request: Request) -> Response:
        """A page, the latest first."""
        self.actor.require("inbox:read")
        wanted = reading.query(request, ThreadQuery)
        page = threads.threads(
            self.principal.customer_id,
            self._connection_ids(wanted.connection),
            unread=wanted.unread,
            since=wanted.since,
            limit=wanted.limit,
            cursor=wanted.cursor,
        )
        return Response(msgspec.to_builtins(page))

    def _connection_ids(self, wanted: str | None) -> list[int]:
        held = self.principal.connections
        found = [c.id for c in held if wanted is None or wanted == c.public_id]
        if wanted is not None and not found:
            raise NotFound("There is no such connection. List the connections and use an id from that list.")
        return found


class Messages(Endpoint):
    """One conversation."""

    @operation(
        "list_messages",
        "Read a conversation's messages",
        tag=_TAG,
        scope="inbox:read",
        query=MessageQuery,
        answer=threads.ThreadMessages,
    )
    def get(self, request: Request, thread_id: str) -> Response:
        """A page, the newest first."""
        self.actor.require("inbox:read")
        wanted = reading.query(request, MessageQuery)
        page = threads.messages(
            self.principal.customer_id,
            [connection.id for connection in self.principal.connections],
            thread_id,
            limit=wanted.limit,
            cursor=wanted.cursor,
        )
        return Response(msgspec.to_builtins(page))
