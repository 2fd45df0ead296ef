"""The stand-in itself: which request goes where."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import web
from connectors.sandbox.contract import Inbound
from connectors.sandbox.graph import (
    GraphError,
    Request,
    check_version,
    invalid,
    request_of,
    unknown_object,
)
from connectors.sandbox.http import Asked, HttpStandin
from connectors.sandbox.instagram import account, comments, inbound, magic, messages, posts
from connectors.sandbox.instagram.state import State
from connectors.sandbox.store import SandboxStore

_Handler = Callable[[State, Request], Awaitable[HttpResponse]]
_OF_ACCOUNT: Mapping[tuple[str, str], _Handler] = {
    ("GET", ""): account.me,
    ("GET", "content_publishing_limit"): account.limit,
    ("GET", "conversations"): messages.conversations,
    ("GET", "insights"): account.insights,
    ("GET", "media"): posts.all_posts,
    ("POST", "media"): posts.prepare,
    ("POST", "media_publish"): posts.publish,
    ("GET", "subscribed_apps"): account.subscription,
    ("POST", "subscribed_apps"): account.subscription,
    ("DELETE", "subscribed_apps"): account.subscription,
}
_OF_NODES: Mapping[tuple[str, str], _Handler] = {
    ("GET", "insights"): posts.numbers,
    ("GET", "comments"): comments.all_comments,
    ("POST", ""): comments.hide,
    ("DELETE", ""): comments.delete,
}


class Standin(HttpStandin):
    """`connectors.sandbox.Standin` of Instagram."""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._state = State(store)

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`; the API knows no HEAD, with which files on the web are looked at."""
        found = None if asked.method == "HEAD" else request_of(asked)
        return web.from_the_web(asked.path) if found is None else await self._graph(*found)

    async def inbound(self, event: Inbound) -> dict[str, Any]:
        """As `connectors.sandbox.Standin.inbound`."""
        return await inbound.body(self._state, event)

    async def _graph(self, version: str, request: Request) -> HttpResponse:
        try:
            check_version(version)
            magic.check_token(request.token)
            return await self._answer(request, await self._state.opened_by(request.token))
        except GraphError as refused:
            return refused.refusal.response()

    async def _answer(self, request: Request, own: str) -> HttpResponse:
        match request.method, request.path:
            case "POST", (node, "messages") if node in ("me", own):
                return await messages.send(self._state, request, self.events)
            case _, (node, *edge) if node in ("me", own) and len(edge) < 2:
                handler = _OF_ACCOUNT.get((request.method, "".join(edge)))
            case "GET", (node,):
                return await self._node(request)
            case "POST", (node, "replies"):
                return await comments.reply(self._state, request, self.events)
            case _, (node, *edge) if len(edge) < 2:
                handler = _OF_NODES.get((request.method, "".join(edge)))
            case _:
                raise invalid("Unknown path components: /")
        if handler is None:
            raise unknown_object(node)
        return await handler(self._state, request)

    async def _node(self, request: Request) -> HttpResponse:
        container = (await self._state.table("containers")).get(request.path[0])
        if container is not None:
            return await posts.progress(self._state, request, container)
        if request.path[0] in await self._state.table("messages"):
            return await messages.one_message(self._state, request)
        return await posts.one_post(self._state, request)
