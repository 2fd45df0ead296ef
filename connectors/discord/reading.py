"""Discord's objects as the tools tell them: chosen members, texts made harmless, nothing trusted."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from connectors.discord.client import Json, items, member
from connectors.discord.outputs import Message
from connectors.discord.snowflakes import is_id, moment_of
from hermes.core import clock
from hermes.core.errors import InvalidArgument
from hermes.core.third_party import shown

NAME_CHARS = 120
TEXT_CHARS = 4_000
EMBED_CHARS = 1_000
URL_CHARS = 500
MEMBERS = 25
# Message types a person writes (0, 19) or causes (20, 23); all others are notices of Discord's.
KINDS = {0: "message", 19: "reply", 20: "command", 23: "command"}
CHANNEL_TYPES = {
    0: "text",
    1: "direct",
    2: "voice",
    3: "group",
    4: "category",
    5: "announcement",
    10: "thread",
    11: "thread",
    12: "private_thread",
    13: "stage",
    14: "directory",
    15: "forum",
    16: "media",
}
ADMINISTRATOR = 1 << 3


def message(raw: Json) -> Message:
    """A message; raises ValueError where it has no id of its own."""
    message_id = needed_id(raw, "id")
    author = member(raw, "author")
    content = text(raw.get("content"), TEXT_CHARS)
    withheld = not content and not any(raw.get(m) for m in ("attachments", "embeds", "poll", "sticker_items"))
    kind = KINDS.get(whole(raw.get("type")) or 0, "notice")
    return Message(
        message_id=message_id,
        channel_id=text(raw.get("channel_id"), 20),
        author=person(author) | ({"is_webhook": True} if raw.get("webhook_id") else {}),
        at=instant(raw.get("timestamp")) or clock.iso(moment_of(message_id)),
        kind=kind,
        content=content or UNSET,
        content_withheld=True if withheld and kind in ("message", "reply") else UNSET,
        edited_at=instant(raw.get("edited_timestamp")) or UNSET,
        reply_to=_id_or_unset(member(raw, "message_reference").get("message_id"))
        if kind == "reply"
        else UNSET,
        attachments=[attachment(a) for a in items(raw, "attachments")[:MEMBERS]] or UNSET,
        embeds=[_embed(e) for e in items(raw, "embeds")[:MEMBERS]] or UNSET,
        reactions=[_reaction(r) for r in items(raw, "reactions")[:MEMBERS]] or UNSET,
        mentions=[person(p) for p in items(raw, "mentions")[:MEMBERS]] or UNSET,
        pinned=True if raw.get("pinned") is True else UNSET,
        thread_id=_id_or_unset(member(raw, "thread").get("id")),
    )


def messages(raws: list[Json]) -> list[Message]:
    """The messages that have an id."""
    return [message(raw) for raw in raws if is_id(raw.get("id"))]


def person(raw: Json) -> dict[str, Any]:
    """A user."""
    name = text(raw.get("global_name"), NAME_CHARS) or text(raw.get("username"), NAME_CHARS)
    told: dict[str, Any] = {"user_id": text(raw.get("id"), 20), "name": name}
    return told | ({"is_bot": True} if raw.get("bot") is True else {})


def attachment(raw: Json) -> dict[str, Any]:
    """A file of a message."""
    told = {
        "filename": text(raw.get("filename"), NAME_CHARS),
        "mime_type": text(raw.get("content_type"), NAME_CHARS),
        "size_bytes": whole(raw.get("size")),
        "url": text(raw.get("url"), URL_CHARS),
        "description": text(raw.get("description"), EMBED_CHARS),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def server(raw: Json) -> dict[str, Any]:
    """A server as the bot's own list has it."""
    told = {
        "server_id": text(raw.get("id"), 20),
        "name": text(raw.get("name"), NAME_CHARS),
        "members": whole(raw.get("approximate_member_count")),
    }
    own = {"is_owner": True} if raw.get("owner") is True else {}
    return {name: value for name, value in told.items() if value is not None} | own


def channel(raw: Json, categories: dict[str, str]) -> dict[str, Any]:
    """A channel of a server."""
    told = {
        "channel_id": text(raw.get("id"), 20),
        "name": text(raw.get("name"), NAME_CHARS),
        "type": channel_type(raw),
        "topic": text(raw.get("topic"), EMBED_CHARS),
        "category": categories.get(str(raw.get("parent_id")), ""),
        "last_message_id": text(raw.get("last_message_id"), 20),
    }
    return {name: value for name, value in told.items() if value}


def channel_type(raw: Json) -> str:
    """The type of a channel in a word."""
    return CHANNEL_TYPES.get(whole(raw.get("type")) or 0, "other")


def thread(raw: Json) -> dict[str, Any]:
    """A thread."""
    state = member(raw, "thread_metadata")
    made = instant(state.get("create_timestamp"))
    told = {
        "thread_id": text(raw.get("id"), 20),
        "name": text(raw.get("name"), NAME_CHARS),
        "channel_id": text(raw.get("parent_id"), 20),
        "messages": whole(raw.get("message_count")),
        "archived": state.get("archived") is True,
        "locked": state.get("locked") is True,
        "created_at": made or (clock.iso(moment_of(str(raw["id"]))) if is_id(raw.get("id")) else ""),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def server_member(raw: Json) -> dict[str, Any]:
    """A member of a server."""
    told = {
        "nickname": text(raw.get("nick"), NAME_CHARS),
        "username": text(member(raw, "user").get("username"), NAME_CHARS),
        "joined_at": instant(raw.get("joined_at")),
        "timed_out_until": instant(raw.get("communication_disabled_until")),
    }
    roles = raw.get("roles")
    ids = [r for r in roles if is_id(r)] if isinstance(roles, list) else []
    known = {name: value for name, value in told.items() if value}
    return person(member(raw, "user")) | known | {"role_ids": ids}


def role(raw: Json) -> dict[str, Any]:
    """A role of a server."""
    permissions = raw.get("permissions")
    mask = int(permissions) if is_id(permissions) else 0
    return {
        "role_id": text(raw.get("id"), 20),
        "name": text(raw.get("name"), NAME_CHARS),
        "position": whole(raw.get("position")) or 0,
        "mentionable": raw.get("mentionable") is True,
        "managed": raw.get("managed") is True,
        "is_admin": bool(mask & ADMINISTRATOR),
    }


def text(value: Any, limit: int) -> str:
    """An answer's text as an agent may read it; empty where it is none."""
    return shown(value, limit) if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """An answer's whole number; None where it is none."""
    return value if type(value) is int and abs(value) < 2**53 else None


def instant(value: Any) -> str:
    """An answer's time in our form; empty where it is none."""
    try:
        return clock.iso(clock.parse(value)) if isinstance(value, str) else ""
    except (InvalidArgument, OverflowError):
        return ""


def moment(raw: Json) -> datetime:
    """When a message was sent, by its id. Raises ValueError where it has none."""
    return moment_of(needed_id(raw, "id"))


def needed_id(raw: Json, name: str) -> str:
    """An id of an object. Raises ValueError where it has none."""
    value = raw.get(name)
    if not is_id(value):
        raise ValueError(name)
    return str(value)


def _id_or_unset(value: Any) -> str | UnsetType:
    return str(value) if is_id(value) else UNSET


def _embed(raw: Json) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": text(raw.get("title"), EMBED_CHARS),
        "text": text(raw.get("description"), EMBED_CHARS),
        "url": text(raw.get("url"), URL_CHARS),
        "fields": [
            {"name": text(f.get("name"), NAME_CHARS), "value": text(f.get("value"), EMBED_CHARS)}
            for f in items(raw, "fields")[:MEMBERS]
        ],
    }
    return {name: value for name, value in told.items() if value}


def _reaction(raw: Json) -> dict[str, Any]:
    emoji = member(raw, "emoji")
    name = text(emoji.get("name"), NAME_CHARS)
    own = {"by_bot": True} if raw.get("me") is True else {}
    shown_as = f"{name}:{emoji['id']}" if is_id(emoji.get("id")) else name
    return {"emoji": shown_as, "count": whole(raw.get("count")) or 0} | own
