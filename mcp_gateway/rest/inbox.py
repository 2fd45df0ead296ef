"""`/api/inbox/threads`: stored conversations of the accounts the key sees."""

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from hermes.core.errors import NotFound
from inbox import threads
from mcp_gateway.rest import reading
from mcp_gateway.rest.endpoint import Endpoint
from mcp_gateway.rest.openapi import operation
from mcp_gateway.rest.record_shapes import MessageQuery, SearchQuery, ThreadQuery, ThreadRead

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
            needs_reply=wanted.needs_reply,
            q=wanted.q,
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


class Read(Endpoint):
    """One conversation's unread count."""

    @operation(
        "mark_thread_read",
        "Count a conversation as read",
        tag=_TAG,
        scope="tools:write",
        answer=ThreadRead,
    )
    def post(self, _request: Request, thread_id: str) -> Response:
        """What arrived up to now counts as read here; the platform is not told."""
        self.actor.require("tools:write")
        visible = [connection.id for connection in self.principal.connections]
        left = threads.mark_read(self.principal.customer_id, visible, thread_id)
        return Response(msgspec.to_builtins(ThreadRead(id=thread_id, unread=left)))


class Search(Endpoint):
    """Messages by their words."""

    @operation(
        "search_messages",
        "Search messages",
        tag=_TAG,
        scope="inbox:read",
        query=SearchQuery,
        answer=threads.FoundMessages,
    )
    def get(self, request: Request) -> Response:
        """A page, the newest first; a page may be empty and still have a next one."""
        self.actor.require("inbox:read")
        wanted = reading.query(request, SearchQuery)
        page = threads.found(
            self.principal.customer_id,
            [connection.id for connection in self.principal.connections],
            wanted.q,
            since=wanted.since,
            until=wanted.until,
            limit=wanted.limit,
            cursor=wanted.cursor,
        )
        return Response(msgspec.to_builtins(page))


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
