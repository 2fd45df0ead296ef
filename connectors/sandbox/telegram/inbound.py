"""What a simulated person does, as the update Telegram would post."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from connectors.sandbox.contract import Inbound
from connectors.sandbox.telegram.api import BotError
from connectors.sandbox.telegram.contents import ENDINGS
from connectors.sandbox.telegram.people import CHANNEL, person
from connectors.sandbox.telegram.state import State
from connectors.sandbox.web import SAMPLES
from hermes.core.errors import InvalidArgument

_FILES = ("photo", "video", "animation", "audio", "voice", "document", "sticker")
MEMBER = 555000111  # who writes in a group or presses a button there


async def update(state: State, event: Inbound) -> dict[str, Any]:
    """The update of an event. Raises InvalidArgument on what nobody can do here."""
    if event.kind not in KINDS:
        raise _refused("kind", f"The sandbox cannot simulate '{event.kind[:40]}'; it can {', '.join(KINDS)}.")
    try:
        chat = await state.place(event.sender, event.name)
    except BotError:
        raise _refused("sender", "The sender must be the id of a user or of a chat of the sandbox.") from None
    told = await _DONE.get(event.kind, _said)(state, chat, event)
    return {"update_id": await state.update_id(), **told}


async def _said(state: State, chat: dict[str, Any], event: Inbound) -> dict[str, Any]:
    content: dict[str, Any] = await _file(state, event) if event.kind in _FILES else _MADE[event.kind](event)
    if event.reply_to:
        content["reply_to_message"] = await _about(state, chat, event)
    message = await state.add(chat, _who(chat, event), content | dict(event.content))
    await state.block(chat["id"], blocked=False)
    return {"channel_post" if chat["id"] == CHANNEL else "message": message}


async def _edited(state: State, chat: dict[str, Any], event: Inbound) -> dict[str, Any]:
    message = await _about(state, chat, event)
    edited = message | {"text": event.text, "edit_date": int(time.time()) + 1}
    return {"edited_channel_post" if chat["id"] == CHANNEL else "edited_message": edited}


async def _pressed(state: State, chat: dict[str, Any], event: Inbound) -> dict[str, Any]:
    message = await _about(state, chat, event)
    return {
        "callback_query": {
            "id": await state.press(chat["id"]),
            "from": _who(chat, event),
            "message": message,
            "chat_instance": "1",
            "data": event.text,
        }
    }


async def _reacted(state: State, chat: dict[str, Any], event: Inbound) -> dict[str, Any]:
    message = await _about(state, chat, event)
    new = [{"type": "emoji", "emoji": event.text}] if event.text else []
    return {
        "message_reaction": {
            "chat": chat,
            "message_id": message["message_id"],
            "user": _who(chat, event),
            "date": int(time.time()),
            "old_reaction": [],
            "new_reaction": new,
        }
    }


async def _left(state: State, chat: dict[str, Any], event: Inbound) -> dict[str, Any]:
    await state.block(chat["id"], blocked=True)
    user = {"id": 1, "is_bot": True, "first_name": "Sandbox bot"}
    return {
        "my_chat_member": {
            "chat": chat,
            "from": _who(chat, event),
            "date": int(time.time()),
            "old_chat_member": {"user": user, "status": "member"},
            "new_chat_member": {"user": user, "status": "kicked", "until_date": 0},
        }
    }


def _who(chat: Mapping[str, Any], event: Inbound) -> dict[str, Any]:
    return person(chat["id"] if chat["type"] == "private" else MEMBER, event.name)


async def _about(state: State, chat: dict[str, Any], event: Inbound) -> dict[str, Any]:
    number = event.reply_to.rpartition(":")[2]
    try:
        return await state.message(chat, int(number) if number.isdecimal() else None, "asked for")
    except BotError:
        raise _refused("reply_to", "Say in 'reply_to' which message of the chat it is about.") from None


async def _file(state: State, event: Inbound) -> dict[str, Any]:
    ending = ENDINGS.get(event.kind, "pdf")
    mime_type, content = SAMPLES[ending]
    file_id = await state.keep_file(content, ending)
    facts: dict[str, Any] = {
        "file_id": file_id,
        "file_unique_id": f"AQ{file_id[-12:]}",
        "file_size": len(content),
    }
    caption = {"caption": event.text} if event.text and event.kind != "sticker" else {}
    if event.kind == "photo":
        return {"photo": [facts | {"width": 1, "height": 1}], **caption}
    named = {"file_name": f"sandbox.{ending}"} if event.kind == "document" else {}
    return {event.kind: facts | {"mime_type": mime_type} | named, **caption}


def _refused(argument: str, sentence: str) -> InvalidArgument:
    return InvalidArgument(sentence, details={"argument": argument})


_MADE: Mapping[str, Callable[[Inbound], dict[str, Any]]] = {
    "text": lambda event: {"text": event.text},
    "location": lambda _: {"location": {"latitude": 37.4847, "longitude": -122.1473}},
    "contact": lambda event: {"contact": {"phone_number": "+14155550199", "first_name": event.text or "Ana"}},
    "dice": lambda _: {"dice": {"emoji": "🎲", "value": 4}},
}
_DONE: Mapping[str, Callable[[State, dict[str, Any], Inbound], Awaitable[dict[str, Any]]]] = {
    "edit": _edited,
    "callback": _pressed,
    "reaction": _reacted,
    "block": _left,
}
KINDS = (*_FILES, *_MADE, *_DONE)
