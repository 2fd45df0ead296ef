"""The stand-in itself: which request goes where."""

import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from connectors.kit.context import HttpResponse
from connectors.sandbox import web
from connectors.sandbox.contract import Inbound
from connectors.sandbox.http import Asked, HttpStandin
from connectors.sandbox.linkedin import magic, people, posts
from connectors.sandbox.linkedin.rest import Refused, Request, gone
from connectors.sandbox.linkedin.state import State
from connectors.sandbox.store import SandboxStore

_Handler = Callable[[State, Request], Awaitable[HttpResponse]]
OLDEST_VERSION = "202511"
_VERSION = re.compile(r"20[0-9]{4}(\.[0-9]{2})?")
_HANDLERS: Mapping[tuple[str, str, int], _Handler] = {
    ("POST", "posts", 1): posts.create,
    ("GET", "posts", 1): posts.listed,
    ("GET", "posts", 2): posts.read,
    ("POST", "posts", 2): posts.update,
    ("DELETE", "posts", 2): posts.delete,
    **{("POST", kind, 1): posts.begin_or_end_upload for kind in ("images", "documents", "videos")},
    **{("GET", kind, 2): posts.file_status for kind in ("images", "documents", "videos")},
    ("GET", "organizationAcls", 1): people.roles,
    ("GET", "organizations", 1): people.organizations,
    ("GET", "socialActions", 3): people.comments,
    ("POST", "socialActions", 3): people.comment,
    ("POST", "reactions", 1): people.react,
    ("DELETE", "reactions", 2): people.unreact,
    ("GET", "socialMetadata", 2): people.counts,
    ("GET", "networkSizes", 2): people.statistics,
    ("GET", "organizationPageStatistics", 1): people.statistics,
    ("GET", "organizationalEntityShareStatistics", 1): people.statistics,
    ("GET", "organizationalEntityFollowerStatistics", 1): people.statistics,
}


class Standin(HttpStandin):
    """`connectors.sandbox.Standin` of LinkedIn."""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._store = store

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`; LinkedIn takes JSON and, where files are put, bytes."""
        if asked.method == "GET" and not asked.token:
            return web.from_the_web(asked.path)
        path = tuple(unquote(part) for part in asked.path.split("/") if part)
        state = State(self._store, asked.token)
        try:
            magic.check_token(asked.token)
            if asked.method == "PUT":
                return await posts.upload(state, path[-1], asked.content)
            if path == ("v2", "userinfo"):
                magic.check_profile(asked.token)
                await self._store.put("token", asked.token, ttl_s=90 * 86_400)
                return people.userinfo(state)
            return await _rest(state, Request(asked=asked, path=path[1:]))
        except Refused as refused:
            return refused.response()

    async def inbound(self, event: Inbound) -> None:
        """A comment under a post. LinkedIn posts nothing to apps: it is there when comments are listed."""
        token = str(await self._store.get("token") or "")
        await people.somebody_comments(State(self._store, token), event)


async def _rest(state: State, request: Request) -> HttpResponse:
    version = request.asked.headers.get("linkedin-version", "")
    if not _VERSION.fullmatch(version):
        raise Refused(400, "A version must be present in the LinkedIn-Version header.")
    if version <= OLDEST_VERSION:
        raise Refused(426, f"Requested version {version} is not active", code="NONEXISTENT_VERSION")
    size = len(request.path)
    if size == 3 and request.path[2] != "comments":
        raise gone("/".join(request.path))
    handler = _HANDLERS.get((request.asked.method, request.path[0] if request.path else "", size))
    if handler is None:
        raise gone("/".join(request.path))
    return await handler(state, request)
