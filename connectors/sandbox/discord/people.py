"""What simulated people do: they write, which a look finds, or use a command or button, which is posted."""

from typing import Any

from connectors.sandbox.contract import Inbound
from connectors.sandbox.discord import places, world
from connectors.sandbox.discord.state import Scene
from connectors.sandbox.discord.world import Json
from connectors.sandbox.web import SAMPLES
from hermes.core.errors import InvalidArgument

WRITTEN = ("text", "dm", "image", "document")
POSTED = ("command", "button")
_COMMAND, _COMPONENT = 2, 3


async def act(scene: Scene, event: Inbound) -> dict[str, Any] | None:
    """Let a person do it; what Discord posts of it, None where it posts nothing.

    Raises InvalidArgument on what cannot be simulated.
    """
    if event.kind not in (*WRITTEN, *POSTED):
        raise InvalidArgument(
            f"The sandbox cannot simulate '{event.kind[:40]}'; it can {', '.join((*WRITTEN, *POSTED))}.",
            details={"argument": "kind"},
        )
    person = _person(scene, event)
    channel = await _channel(scene, event, person)
    if event.kind in POSTED:
        return _interaction(scene, event, person, channel)
    content: Json = {"content": event.text}
    if event.kind in ("image", "document"):
        content["attachments"] = [_file(scene, "png" if event.kind == "image" else "pdf")]
    if event.reply_to:
        content["message_reference"] = {"channel_id": channel, "message_id": event.reply_to}
    await scene.say(person["id"], channel, {**content, **event.content.get("message", {})})
    return None


def _person(scene: Scene, event: Inbound) -> Json:
    """Who it is, by name or user id; a new id is a new person."""
    named = {p["username"]: p for p in scene.world["people"].values()}
    if event.sender in named:
        found: Json = named[event.sender]
        return found
    if not (event.sender.isdecimal() and 15 <= len(event.sender) <= 20):
        raise InvalidArgument(
            f"The sender must be a user id or one of {', '.join(sorted(named))}.",
            details={"argument": "sender"},
        )
    made = world.user(event.sender, f"user{event.sender[-4:]}", event.name)
    person: Json = scene.world["people"].setdefault(event.sender, made)
    return person


async def _channel(scene: Scene, event: Inbound, person: Json) -> str:
    """Where: the channel named, the direct one, that of the message answered, else #general."""
    wanted = str(event.content.get("channel_id") or "")
    if wanted and wanted not in scene.world["channels"]:
        raise InvalidArgument(
            "There is no such channel in the sandbox; list its channels.", details={"argument": "content"}
        )
    if wanted:
        return wanted
    if event.kind == "dm":
        return str(places.direct_with(scene, person)["id"])
    if event.reply_to:
        for channel in scene.world["channels"]:
            if any(m["id"] == event.reply_to for m in await scene.messages(channel)):
                return str(channel)
    return world.IDS["general"]


def _interaction(scene: Scene, event: Inbound, person: Json, channel: str) -> dict[str, Any]:
    interaction_id = world.next_id(scene.world, scene.now)
    data: Json
    if event.kind == "command":
        data = {"id": interaction_id, "type": 1, "name": event.text or "help"}
    else:
        data = {"component_type": 2, "custom_id": event.text or "button"}
    place = scene.world["channels"][channel]
    return {
        "id": interaction_id,
        "application_id": scene.bot,
        "type": _COMMAND if event.kind == "command" else _COMPONENT,
        "token": f"sandbox-{interaction_id}",
        "version": 1,
        "guild_id": place.get("guild_id"),
        "channel_id": channel,
        "channel": {"id": channel, "name": place.get("name"), "type": place["type"]},
        "member": {"user": person, "roles": [], "permissions": "0"},
        "data": data | dict(event.content.get("data", {})),
        **({"message": {"id": event.reply_to}} if event.reply_to else {}),
    }


def _file(scene: Scene, ending: str) -> Json:
    mime_type, content = SAMPLES[ending]
    return {
        "id": world.next_id(scene.world, scene.now),
        "filename": f"sandbox.{ending}",
        "size": len(content),
        "content_type": mime_type,
        "url": f"https://cdn.discordapp.com/attachments/{scene.bot}/sandbox.{ending}",
        "proxy_url": f"https://media.discordapp.net/attachments/{scene.bot}/sandbox.{ending}",
    }
