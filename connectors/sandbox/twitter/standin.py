"""The stand-in itself: which request goes where."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.kit.context import HttpResponse, Part
from connectors.kit.secret import Secret
from connectors.sandbox import web
from connectors.sandbox.contract import Emission, Inbound
from connectors.sandbox.store import SandboxStore
from connectors.sandbox.tokens import account_of
from connectors.sandbox.twitter import magic, media, people, posts
from connectors.sandbox.twitter.rest import Refused, Request, invalid
from connectors.sandbox.twitter.state import TTL_S, State
from hermes.core.errors import InvalidArgument
from hermes.core.http_types import ResponseTooLarge

_Handler = Callable[[State, Request], Awaitable[HttpResponse]]
# Path patterns: {} stands for an id.
_HANDLERS: Mapping[tuple[str, str], _Handler] = {
    ("POST", "tweets"): posts.create,
    ("GET", "tweets"): posts.lookup,
    ("DELETE", "tweets/{}"): posts.delete,
    ("GET", "tweets/search/recent"): posts.search,
    ("GET", "users/me"): people.me,
    ("GET", "users"): people.lookup,
    ("GET", "users/by"): people.lookup,
    ("GET", "users/{}/tweets"): posts.of_user,
    ("GET", "users/{}/mentions"): posts.mentions,
    ("GET", "users/{}/timelines/reverse_chronological"): posts.home,
    **{("POST", f"users/{{}}/{kind}"): people.mark for kind in people.MARKS},
    **{("DELETE", f"users/{{}}/{kind}/{{}}"): people.unmark for kind in people.MARKS},
    ("GET", "dm_events"): people.messages,
    ("GET", "dm_conversations/with/{}/dm_events"): people.messages,
    ("GET", "dm_conversations/{}/dm_events"): people.messages,
    ("POST", "dm_conversations/with/{}/messages"): people.send,
    ("POST", "dm_conversations/{}/messages"): people.send,
    ("POST", "media/upload"): media.upload,
    ("GET", "media/upload"): media.status,
    ("POST", "media/upload/initialize"): media.initialize,
    ("POST", "media/upload/{}/append"): media.append,
    ("POST", "media/upload/{}/finalize"): media.finalize,
    ("POST", "media/metadata"): media.describe,
}
_PARAMETERS = frozenset(
    {
        *("ids", "usernames", "query", "max_results", "pagination_token", "sort_order", "exclude"),
        *("start_time", "end_time", "since_id", "until_id", "command", "media_id", "event_types"),
        *("post.fields", "expansions", "user.fields", "media.fields", "poll.fields", "dm_event.fields"),
    }
)
_OWN = ("likes", "retweets", "bookmarks", "mentions", "timelines")


class Standin:
    """`connectors.sandbox.Standin` of X."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store
        self.events: list[Emission] = []

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002  (X asks for none)
        bearer: Secret | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,  # noqa: ARG002  (X takes JSON and multipart)
        parts: Sequence[Part] | None = None,
        content: bytes | None = None,  # noqa: ARG002
        deadline_s: float = 30.0,
        limit_bytes: int = 5_000_000,
    ) -> HttpResponse:
        """As `connectors.sandbox.Standin.request`."""
        address, token = urlsplit(url), account_of(bearer.reveal()) if bearer is not None else ""
        if method.upper() == "GET" and not address.path.startswith("/2/"):
            response = web.from_the_web(address.path)
        else:
            request = Request(
                method=method.upper(),
                path=tuple(address.path.removeprefix("/2/").split("/")),
                params=dict(parse_qsl(address.query)) | dict(params or {}),
                json=json,
                parts=tuple(parts or ()),
                token=token,
                deadline_s=deadline_s,
            )
            try:
                response = await self._answered(request)
            except Refused as refused:
                response = refused.response()
        if len(response.body) > limit_bytes:
            raise ResponseTooLarge(limit_bytes)
        return response

    async def inbound(self, event: Inbound) -> dict[str, Any] | None:
        """As `connectors.sandbox.Standin.inbound`."""
        token = await self._store.get("token")
        if not token:
            raise InvalidArgument("Use the account once before somebody writes to it.")
        return await people.act(State(self._store, token), event)

    async def _answered(self, request: Request) -> HttpResponse:
        magic.check_token(request.token)
        if await self._store.get("token") != request.token:
            await self._store.put("token", request.token, ttl_s=TTL_S)
        state = State(self._store, request.token)
        unknown = set(request.params) - _PARAMETERS
        if unknown:
            raise invalid(sorted(unknown)[0], "The query parameter is not one of those known.")
        pattern = "/".join("{}" if part.isdecimal() else part for part in request.path)
        handler = _HANDLERS.get((request.method, pattern))
        if handler is None:
            raise Refused(404, "Not Found", "There is no such endpoint.")
        if request.path[0] == "users" and len(request.path) > 2 and request.path[2] in _OWN:
            _check_owner(state, request.path[1])
        return await handler(state, request)


def _check_owner(state: State, user_id: str) -> None:
    if user_id != state.me:
        raise Refused(403, "Forbidden", "The id must be that of the authenticating user.")
