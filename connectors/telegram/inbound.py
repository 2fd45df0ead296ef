"""Telegram's message objects: what they say, in the terms of the inbox.

Used for what people send and for what the Bot API answers to a send.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FILES = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")
# Content that is kept by its name alone.
OTHERS = frozenset(
    {"checklist", "game", "giveaway", "invoice", "live_photo", "paid_media", "rich_message", "story"}
)
# Members that say something about a message and are not its content.
_ABOUT = (
    "message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count "
    "sender_business_bot sender_tag date guest_query_id business_connection_id chat forward_origin "
    "is_topic_message is_automatic_forward reply_to_message external_reply quote reply_to_story "
    "reply_to_checklist_task_id reply_to_poll_option_id via_bot guest_bot_caller_user "
    "guest_bot_caller_chat edit_date has_protected_content is_from_offline is_paid_post media_group_id "
    "author_signature paid_star_count entities link_preview_options suggested_post_info effect_id "
    "caption_entities show_caption_above_media has_media_spoiler reply_markup"
)
ABOUT = frozenset(_ABOUT.split())
LARGEST = 2**53


def message_key(chat: str, message: str) -> str:
    """The inbox's id of a message: Telegram numbers the messages of each chat anew."""
    return f"{chat}:{message}"


def number(value: Any) -> str:
    """An id of Telegram's; raises ValueError for anything but an integer."""
    if type(value) is not int or abs(value) > LARGEST:
        raise ValueError("no id")
    return str(value)


def said(value: Any) -> str:
    """A text, empty for what is none."""
    return value if isinstance(value, str) else ""


def part(value: Any, name: str) -> Mapping[str, Any]:
    """A member that is an object, empty where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def instant(value: Any) -> datetime:
    """A Unix time; raises ValueError, OverflowError or OSError."""
    if type(value) is not int or value <= 0:
        raise ValueError("no time")
    return datetime.fromtimestamp(value, UTC)


def chat_name(chat: Mapping[str, Any]) -> str:
    """What people call the chat."""
    own = " ".join(name for name in (said(chat.get("first_name")), said(chat.get("last_name"))) if name)
    return said(chat.get("title")) or own or said(chat.get("username"))


def sender_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """Who wrote: a user, or a chat in whose name it was written."""
    user, chat = part(message, "from"), part(message, "sender_chat")
    who = chat or user
    told = {
        "id": str(who["id"]) if type(who.get("id")) is int else "",
        "name": chat_name(who),
        "username": said(who.get("username")),
        "is_bot": True if user.get("is_bot") is True and not chat else None,
    }
    return {name: value for name, value in told.items() if value}


def about(message: Mapping[str, Any]) -> dict[str, Any]:
    """What else the inbox keeps of a message."""
    told: dict[str, Any] = {"from": sender_of(message)}
    if type(message.get("message_thread_id")) is int and message.get("is_topic_message") is True:
        told["thread_id"] = message["message_thread_id"]
    if said(message.get("media_group_id")):
        told["album"] = message["media_group_id"]
    if isinstance(message.get("forward_origin"), dict):
        told["forwarded"] = True
    if chat_type := said(part(message, "chat").get("type")):
        told["chat_type"] = chat_type
    return {name: value for name, value in told.items() if value}


def content(message: Mapping[str, Any]) -> tuple[str, str, dict[str, Any] | None, dict[str, Any]]:
    """Kind, text, file and further data of a message."""
    if isinstance(message.get("text"), str):
        return "text", message["text"], None, {}
    caption = said(message.get("caption"))
    if sizes := [size for size in _items(message.get("photo")) if said(size.get("file_id"))]:
        largest = max(sizes, key=lambda size: _whole(size.get("width")) * _whole(size.get("height")))
        return "image", caption, _file(largest) | {"mime_type": "image/jpeg"}, {}
    for kind in FILES:
        if said(part(message, kind).get("file_id")):
            file = part(message, kind)
            return kind, caption or said(file.get("emoji")), _file(file), {}
    return _spoken(message)


def _spoken(message: Mapping[str, Any]) -> tuple[str, str, None, dict[str, Any]]:
    for kind, words in (("venue", _venue), ("location", _nothing), ("contact", _person), ("poll", _question)):
        if told := part(message, kind):
            return kind, words(told), None, {kind: dict(told)}
    if dice := part(message, "dice"):
        return "dice", f"{said(dice.get('emoji'))} {_whole(dice.get('value'))}".strip(), None, {}
    named = [name for name in message if name not in ABOUT]
    other = next((name for name in named if name in OTHERS), "")
    if other:
        return other, said(message.get("caption")), None, {}
    if named:
        return "system", "", None, {"event": named[0][:60], named[0][:60]: message[named[0]]}
    return "unknown", "", None, {}


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "id": said(file.get("file_id")),
        "mime_type": said(file.get("mime_type")),
        "filename": said(file.get("file_name")),
        "file_size": _whole(file.get("file_size")),
        "duration_s": _whole(file.get("duration")),
    }
    return {name: value for name, value in told.items() if value}


def _venue(venue: Mapping[str, Any]) -> str:
    return ", ".join(text for text in (said(venue.get("title")), said(venue.get("address"))) if text)


def _person(contact: Mapping[str, Any]) -> str:
    return f"{chat_name(contact)} {said(contact.get('phone_number'))}".strip()


def _question(poll: Mapping[str, Any]) -> str:
    return said(poll.get("question"))


def _nothing(_: Mapping[str, Any]) -> str:
    return ""


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _whole(value: Any) -> int:
    return value if type(value) is int and 0 <= value < LARGEST else 0
