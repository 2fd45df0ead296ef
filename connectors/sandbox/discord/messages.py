"""Messages: listed, written, edited, deleted, reacted to, pinned and found."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from connectors.kit.context import HttpResponse
from connectors.sandbox.discord import magic
from connectors.sandbox.discord.rest import (
    EMPTY,
    OF_ANOTHER,
    TOO_LARGE,
    UNKNOWN_EMOJI,
    UNKNOWN_MESSAGE,
    WRONG_CHANNEL,
    ApiError,
    Request,
    answer,
    invalid,
)
from connectors.sandbox.discord.state import Scene
from connectors.sandbox.discord.world import CATEGORY, DIRECT, FORUM, Json
from hermes.core import clock

CONTENT_CHARS = 2_000
REQUEST_BYTES = 25 * 1024 * 1024


async def listed(scene: Scene, request: Request, channel: str) -> HttpResponse:
    """A page of a channel, newest first."""
    kept, limit = await scene.messages(channel), _limit(request, 100, 50)
    params = request.params
    if "after" in params:
        found = [m for m in kept if int(m["id"]) > _number(params["after"])][:limit]
    elif "around" in params:
        middle = _number(params["around"])
        begin = max(sum(int(m["id"]) < middle for m in kept) - limit // 2, 0)
        found = kept[begin : begin + limit]
    else:
        border = _number(params["before"]) if "before" in params else 1 << 64
        found = [m for m in kept if int(m["id"]) < border][-limit:]
    return answer(list(reversed(found)))


async def one(scene: Scene, _: Request, channel: str, message_id: str) -> HttpResponse:
    """One message."""
    return answer(await scene.message(channel, message_id))


async def written(scene: Scene, request: Request, channel: str) -> HttpResponse:
    """A new message of the bot's; the same nonce again answers with the first one."""
    if magic.is_lossy(channel):
        lost = await magic.lose(channel, request.deadline_s)
        made = {"id": str(int(channel) + 1), "channel_id": channel, "timestamp": clock.iso(scene.now)}
        return lost or answer(made)
    place, body = scene.channel(channel), _body(request)
    if place["type"] in (CATEGORY, FORUM):
        raise ApiError(WRONG_CHANNEL)
    if place["type"] == DIRECT and (refusal := magic.UNREACHABLE.get(place["recipients"][0]["id"])):
        raise ApiError(refusal)
    content = _content(body, scene, request)
    if reference := body.get("message_reference"):
        await scene.message(channel, str(reference.get("message_id")))
        content["message_reference"] = {"channel_id": channel, "message_id": reference["message_id"]}
    if body.get("enforce_nonce") and body.get("nonce"):
        same = [m for m in await scene.messages(channel) if m.get("nonce") == body["nonce"]]
        if same:
            return answer(same[0])
    if place.get("thread_metadata"):
        place["thread_metadata"]["archived"] = False
    return answer(await scene.say(scene.bot, channel, content))


async def edited(scene: Scene, request: Request, channel: str, message_id: str) -> HttpResponse:
    """The bot's own message, changed."""
    message, body = await scene.message(channel, message_id), _body(request)
    if message["author"]["id"] != scene.bot:
        raise ApiError(OF_ANOTHER)
    kept: Json = {name: body[name] for name in ("content", "embeds") if name in body}
    if len(str(kept.get("content") or "")) > CONTENT_CHARS:
        raise invalid("content")
    changed: Json = {**message, **kept, "edited_timestamp": clock.iso(scene.now)}
    if not (changed["content"] or changed["embeds"] or changed["attachments"]):
        raise ApiError(EMPTY)
    await scene.change(channel, message_id, changed)
    return answer(changed)


async def deleted(scene: Scene, _: Request, channel: str, message_id: str) -> HttpResponse:
    """Anybody's message: the bot may manage messages."""
    await scene.message(channel, message_id)
    await scene.change(channel, message_id, None)
    return answer(None)


async def reacted(scene: Scene, request: Request, channel: str, message_id: str, emoji: str) -> HttpResponse:
    """The bot's reaction, there or gone."""
    message, name = await scene.message(channel, message_id), unquote(emoji)
    if name.isascii():
        raise ApiError(UNKNOWN_EMOJI)
    others = [r for r in message.get("reactions", []) if r["emoji"]["name"] != name]
    if request.method == "PUT":
        others.append({"emoji": {"id": None, "name": name}, "count": 1, "me": True})
    await scene.change(channel, message_id, {**message, "reactions": others})
    return answer(None)


async def pinned(scene: Scene, request: Request, channel: str, message_id: str) -> HttpResponse:
    """A message that is pinned, or is no longer."""
    message = await scene.message(channel, message_id)
    await scene.change(channel, message_id, {**message, "pinned": request.method == "PUT"})
    return answer(None)


async def pins(scene: Scene, channel: str) -> HttpResponse:
    """The pinned messages."""
    found = [m for m in await scene.messages(channel) if m["pinned"]]
    told = [{"pinned_at": m["timestamp"], "message": m} for m in reversed(found)]
    return answer({"items": told, "has_more": False})


async def found(scene: Scene, request: Request, server: str) -> HttpResponse:
    """What a search of a server finds, newest first."""
    scene.server(server)
    params = request.params
    wanted = [c["id"] for c in scene.world["channels"].values() if c.get("guild_id") == server]
    wanted = [c for c in wanted if params.get("channel_id") in (None, c)]
    every = [m for channel in wanted for m in await scene.messages(channel)]
    hits = [m for m in every if _fits(m, params)]
    hits.sort(key=lambda m: int(m["id"]), reverse=True)
    begin = _number(params.get("offset", "0"))
    page = hits[begin : begin + _limit(request, 25, 25)]
    return answer(
        {
            "messages": [[m] for m in page],
            "total_results": len(hits),
            "doing_deep_historical_index": False,
            "threads": [],
            "members": [],
        }
    )


def _fits(message: Json, params: Mapping[str, str]) -> bool:
    words = params.get("content", "").casefold().split()
    by = params.get("author_id") in (None, message["author"]["id"])
    return by and all(word in message["content"].casefold() for word in words)


def _body(request: Request) -> Json:
    body = request.json
    for part in request.parts:
        if part.name == "payload_json":
            body = msgspec.json.decode(part.content)
    if not isinstance(body, dict):
        raise ApiError(EMPTY)
    return body


def _content(body: Json, scene: Scene, request: Request) -> Json:
    """What of a body becomes the message."""
    text, embeds = body.get("content") or "", body.get("embeds") or []
    files = [part for part in request.parts if part.name.startswith("files[")]
    if not (text or embeds or files):
        raise ApiError(EMPTY)
    if len(text) > CONTENT_CHARS:
        raise invalid("content")
    if sum(len(part.content) for part in files) > REQUEST_BYTES:
        raise ApiError(TOO_LARGE)
    sent: dict[str, Any] = {"content": text, "embeds": embeds}
    sent["attachments"] = [
        {
            "id": str(int(scene.bot) + place),
            "filename": part.filename,
            "size": len(part.content),
            "content_type": part.content_type,
            "url": f"https://cdn.discordapp.com/attachments/{scene.bot}/{part.filename}",
            "proxy_url": f"https://media.discordapp.net/attachments/{scene.bot}/{part.filename}",
        }
        for place, part in enumerate(files)
    ]
    if body.get("nonce"):
        sent["nonce"] = body["nonce"]
    sent["mention_everyone"] = "everyone" in body.get("allowed_mentions", {"parse": ["everyone"]}).get(
        "parse", []
    ) and ("@everyone" in text or "@here" in text)
    return sent


def _limit(request: Request, most: int, usual: int) -> int:
    asked = _number(request.params.get("limit", str(usual)))
    if not 1 <= asked <= most:
        raise invalid("limit")
    return asked


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 20:
        raise ApiError(UNKNOWN_MESSAGE)
    return int(text)
