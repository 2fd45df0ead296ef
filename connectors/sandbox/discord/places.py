"""Servers, channels, threads, direct channels, members and roles."""

from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.discord import magic, world
from connectors.sandbox.discord.rest import (
    HAS_THREAD,
    UNKNOWN_MEMBER,
    UNKNOWN_USER,
    WRONG_CHANNEL,
    ApiError,
    Request,
    answer,
    invalid,
)
from connectors.sandbox.discord.state import Scene
from connectors.sandbox.discord.world import FORUM, THREAD, Json

NAME_CHARS = 100


def me(scene: Scene) -> HttpResponse:
    """The bot itself."""
    return answer(scene.world["people"][scene.bot] | {"mfa_enabled": False, "locale": "en-US", "email": None})


def application(scene: Scene, key: str) -> HttpResponse:
    """The bot's application; it has the bot's id."""
    return answer(
        {
            "id": scene.bot,
            "name": "Sandbox bot",
            "description": "",
            "icon": None,
            "verify_key": key,
            "flags": 1 << 19,
            "approximate_guild_count": len(scene.world["servers"]),
            "bot": scene.world["people"][scene.bot],
            "redirect_uris": [],
            "interactions_endpoint_url": None,
        }
    )


def servers(scene: Scene, request: Request) -> HttpResponse:
    """The servers the bot is in, by id."""
    after, limit = request.params.get("after", "0"), int(request.params.get("limit", "200"))
    found = sorted(scene.world["servers"].values(), key=lambda s: int(s["id"]))
    return answer([s for s in found if int(s["id"]) > int(after)][:limit])


def one_server(scene: Scene, server: str) -> HttpResponse:
    """A server the bot is in."""
    return answer(scene.server(server))


def left(scene: Scene, server: str) -> HttpResponse:
    """The bot leaves a server."""
    scene.server(server)
    del scene.world["servers"][server]
    return HttpResponse(status=204, headers={}, body=b"")


def channel(scene: Scene, channel_id: str) -> HttpResponse:
    """One channel, thread or direct channel."""
    return answer(scene.channel(channel_id))


def channels(scene: Scene, server: str) -> HttpResponse:
    """The channels of a server, without its threads."""
    scene.server(server)
    own = [c for c in scene.world["channels"].values() if c.get("guild_id") == server]
    return answer([c for c in own if c["type"] != THREAD])


def roles(scene: Scene, server: str) -> HttpResponse:
    """The roles of a server."""
    scene.server(server)
    return answer(world.roles(server))


def member(scene: Scene, server: str, user_id: str) -> HttpResponse:
    """One member."""
    scene.server(server)
    found = world.member(scene.world, server, user_id)
    if found is None:
        raise ApiError(UNKNOWN_MEMBER)
    return answer(found)


def members(scene: Scene, request: Request, server: str) -> HttpResponse:
    """The members whose name begins so."""
    scene.server(server)
    query = request.params.get("query", "").casefold()
    if not query:
        raise invalid("query")
    people = scene.world["people"].values()
    named = [
        p
        for p in people
        if query in (p["username"][: len(query)], (p["global_name"] or "").casefold()[: len(query)])
    ]
    found = [world.member(scene.world, server, p["id"]) for p in named]
    return answer([m for m in found if m][: int(request.params.get("limit", "1"))])


def opened(scene: Scene, request: Request) -> HttpResponse:
    """The direct channel with a user, opened where it is not."""
    user_id = str((request.json or {}).get("recipient_id", ""))
    if user_id in magic.UNOPENED:
        raise ApiError(magic.UNOPENED[user_id])
    person = scene.person(user_id)
    if person is None and user_id in magic.UNREACHABLE:
        person = world.user(user_id, "shut", None)
    if person is None or user_id == scene.bot:
        raise ApiError(UNKNOWN_USER)
    return answer(direct_with(scene, person))


def direct_with(scene: Scene, person: Json) -> Json:
    """The direct channel with a person."""
    every = scene.world["channels"].values()
    found = next((c for c in every if (c.get("recipients") or [{}])[0].get("id") == person["id"]), None)
    if found is None:
        found = world.direct(world.next_id(scene.world, scene.now), person)
        scene.world["channels"][found["id"]] = found
    return found


async def thread_on(scene: Scene, request: Request, channel: str, message_id: str) -> HttpResponse:
    """A thread on a message; it has the message's id."""
    message = await scene.message(channel, message_id)
    if message_id in scene.world["channels"]:
        raise ApiError(HAS_THREAD)
    thread = _new(scene, request.json, channel, message_id)
    await scene.change(channel, message_id, {**message, "thread": thread})
    return answer(thread, status=201)


async def thread_in(scene: Scene, request: Request, channel: str) -> HttpResponse:
    """A thread in a channel, or a post of a forum, which begins with its message."""
    place, body = scene.channel(channel), request.json or {}
    if "guild_id" not in place:
        raise ApiError(WRONG_CHANNEL)
    if place["type"] != FORUM:
        return answer(_new(scene, body, channel, None), status=201)
    first = body.get("message") or {}
    if not first.get("content"):
        raise invalid("message")
    thread = _new(scene, body, channel, None)
    message = await scene.say(scene.bot, thread["id"], {"content": first["content"]})
    return answer({**thread, "message": message}, status=201)


def active_threads(scene: Scene, server: str) -> HttpResponse:
    """The threads of a server that are not archived."""
    scene.server(server)
    return answer({"threads": _threads(scene, guild_id=server, archived=False), "members": []})


def archived_threads(scene: Scene, request: Request, channel: str) -> HttpResponse:
    """The archived threads of a channel, those archived last first."""
    scene.channel(channel)
    if int(request.params.get("limit", "50")) < 2:
        raise invalid("limit")
    threads = _threads(scene, parent_id=channel, archived=True)
    return answer({"threads": threads, "members": [], "has_more": False})


def _threads(scene: Scene, *, archived: bool, **place: str) -> list[Json]:
    (name, wanted), *_ = place.items()
    every = [c for c in scene.world["channels"].values() if c["type"] == THREAD and c[name] == wanted]
    return [t for t in every if t["thread_metadata"]["archived"] is archived]


def _new(scene: Scene, body: Any, parent: str, thread_id: str | None) -> Json:
    name = str((body or {}).get("name") or "")
    if not 1 <= len(name) <= NAME_CHARS:
        raise invalid("name")
    thread_id = thread_id or world.next_id(scene.world, scene.now)
    server = scene.channel(parent)["guild_id"]
    thread = world.thread(thread_id, name, parent=parent, server=server, owner=scene.bot, now=scene.now)
    scene.world["channels"][thread_id] = thread
    return thread
