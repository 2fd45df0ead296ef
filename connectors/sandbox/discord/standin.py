"""The stand-in itself: which request goes where."""

import base64
import binascii
import dataclasses
import hashlib
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.contract import Inbound
from connectors.sandbox.discord import magic, messages, people, places
from connectors.sandbox.discord.rest import NOT_FOUND, UNAUTHORIZED, ApiError, Request
from connectors.sandbox.discord.state import Scene, State
from connectors.sandbox.http import Asked, HttpStandin
from connectors.sandbox.store import SandboxStore
from connectors.sandbox.web import from_the_web
from hermes.core.errors import InvalidArgument

_ROOT = "/api/v10/"


class Standin(HttpStandin):
    """`connectors.sandbox.Standin` of Discord; bots have a scheme of their own."""

    def __init__(self, store: SandboxStore) -> None:
        super().__init__()
        self._state = State(store)

    async def answer(self, asked: Asked) -> HttpResponse:
        """As `HttpStandin.answer`."""
        if not asked.path.startswith(_ROOT):
            return from_the_web(asked.path)
        request = Request(
            method=asked.method,
            path=tuple(asked.path.removeprefix(_ROOT).split("/")),
            token=asked.token,
            params=asked.params,
            json=asked.json if asked.json is not None else asked.form,
            parts=tuple(asked.parts),
            deadline_s=asked.deadline_s,
        )
        try:
            response = await self._answered(request)
        except ApiError as refused:
            response = refused.refusal.response()
        told = {**response.headers, "x-ratelimit-bucket": _bucket(request)}
        return dataclasses.replace(response, headers=told)

    async def inbound(self, event: Inbound) -> dict[str, Any] | None:
        """As `connectors.sandbox.Standin.inbound`."""
        known = await self._state.known()
        if known is None:
            raise InvalidArgument("Use the account once before somebody writes to it.")
        scene = await self._state.open(known["bot"])
        told = await people.act(scene, event)
        await scene.close()
        return told

    async def _answered(self, request: Request) -> HttpResponse:
        bot = _bot_of(request.token)
        known = await self._state.known()
        if bot is None or (known is not None and known["bot"] != bot):
            raise ApiError(UNAUTHORIZED)
        if request.path[0] == "channels" and len(request.path) > 1:
            magic.refuse(request.path[1])
        scene = await self._state.open(bot)
        response = await _route(scene, request)
        await scene.close()
        return response


async def _route(scene: Scene, request: Request) -> HttpResponse:
    match request.method, request.path:
        case "GET", ("users", "@me"):
            return places.me(scene)
        case "GET", ("applications", "@me"):
            return places.application(scene, hashlib.sha256(scene.bot.encode()).hexdigest())
        case "GET" | "DELETE", ("users", "@me", "guilds", *left):
            return places.left(scene, left[0]) if left else places.servers(scene, request)
        case "POST", ("users", "@me", "channels"):
            return places.opened(scene, request)
        case _, ("guilds", server, *rest):
            return await _of_server(scene, request, server, rest)
        case _, ("channels", channel, *rest):
            return await _of_channel(scene, request, channel, rest)
    raise ApiError(NOT_FOUND)


async def _of_server(scene: Scene, request: Request, server: str, rest: list[str]) -> HttpResponse:
    plain = {"": places.one_server, "channels": places.channels, "roles": places.roles}
    match request.method, rest:
        case "GET", [] | ["channels"] | ["roles"]:
            return plain["".join(rest)](scene, server)
        case "GET", ["members", "search"]:
            return places.members(scene, request, server)
        case "GET", ["members", user_id]:
            return places.member(scene, server, user_id)
        case "GET", ["threads", "active"]:
            return places.active_threads(scene, server)
        case "GET", ["messages", "search"]:
            return await messages.found(scene, request, server)
    raise ApiError(NOT_FOUND)


async def _of_channel(scene: Scene, request: Request, channel: str, rest: list[str]) -> HttpResponse:
    match request.method, rest:
        case "GET", []:
            return places.channel(scene, channel)
        case _, ["messages", "pins", *pinned]:
            return await _of_pins(scene, request, channel, pinned)
        case _, ["messages", *rest]:
            return await _of_messages(scene, request, channel, rest)
        case "POST", ["threads"]:
            return await places.thread_in(scene, request, channel)
        case "GET", ["threads", "archived", "public"]:
            return places.archived_threads(scene, request, channel)
    raise ApiError(NOT_FOUND)


async def _of_pins(scene: Scene, request: Request, channel: str, pinned: list[str]) -> HttpResponse:
    match request.method, pinned:
        case "GET", []:
            return await messages.pins(scene, channel)
        case (("PUT" | "DELETE"), [message]):
            return await messages.pinned(scene, request, channel, message)
    raise ApiError(NOT_FOUND)


async def _of_messages(scene: Scene, request: Request, channel: str, rest: list[str]) -> HttpResponse:
    match request.method, rest:
        case "GET", []:
            return await messages.listed(scene, request, channel)
        case "POST", []:
            return await messages.written(scene, request, channel)
        case (("GET" | "PATCH" | "DELETE"), [message]):
            change = {"GET": messages.one, "PATCH": messages.edited, "DELETE": messages.deleted}
            return await change[request.method](scene, request, channel, message)
        case (("PUT" | "DELETE"), [message, "reactions", emoji, "@me"]):
            return await messages.reacted(scene, request, channel, message, emoji)
        case "POST", [message, "threads"]:
            return await places.thread_on(scene, request, channel, message)
    raise ApiError(NOT_FOUND)


def _bucket(request: Request) -> str:
    """The limit a request counts for: one for each kind of request."""
    steps = "/".join("id" if step.isdecimal() else step for step in request.path)
    return hashlib.sha256(f"{request.method} {steps}".encode()).hexdigest()[:32]


def _bot_of(authorization: str) -> str | None:
    """The user id a bot's token begins with; None for what is no good token."""
    token = authorization.removeprefix("Bot ")
    if token == authorization or magic.TOKEN_RESET in token:
        return None
    head = token.partition(".")[0]
    try:
        bot = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return bot if bot.isascii() and bot.isdecimal() and 15 <= len(bot) <= 20 else None
