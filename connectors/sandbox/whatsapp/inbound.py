"""What a simulated person sends, as the message object Meta would post."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.contract import Inbound
from connectors.sandbox.web import SAMPLES
from connectors.sandbox.whatsapp import media
from connectors.sandbox.whatsapp.people import Person, message_id
from connectors.sandbox.whatsapp.state import State
from hermes.core.errors import InvalidArgument

_FILES = {"image": "png", "video": "mp4", "audio": "ogg", "document": "pdf", "sticker": "webp"}
_PLACE = {"latitude": 37.4847, "longitude": -122.1473, "name": "Somewhere", "address": "1 Sandbox Way"}
_ABOUT_ANOTHER = frozenset({"reaction", "edit", "revoke"})


async def message(state: State, sender: Person, event: Inbound) -> dict[str, Any]:
    """The message object of an event. Raises InvalidArgument on a kind no person can send here."""
    if event.kind not in KINDS:
        raise InvalidArgument(
            f"The sandbox cannot simulate '{event.kind[:40]}'; it can {', '.join(KINDS)}.",
            details={"argument": "kind"},
        )
    if event.kind in _ABOUT_ANOTHER and not event.reply_to:
        raise InvalidArgument(
            "Say in 'reply_to' which message it is about.", details={"argument": "reply_to"}
        )
    told = {"id": message_id(sender), "type": event.kind, **await _content(state, event)}
    if event.reply_to and event.kind not in _ABOUT_ANOTHER:
        told["context"] = {"id": event.reply_to}
    return told


async def _content(state: State, event: Inbound) -> dict[str, Any]:
    given = event.content
    if event.kind in _FILES:
        return {event.kind: {**await _file(state, event), **given}}
    made = _MADE[event.kind](event)
    if event.kind in made and isinstance(made[event.kind], dict):
        made[event.kind] |= given
    return made


def _contact_card(event: Inbound) -> dict[str, Any]:
    name = event.text or "Ana Sand"
    return {"contacts": [{"name": {"formatted_name": name, "first_name": name}, "phones": []}]}


def _tapped(event: Inbound) -> dict[str, Any]:
    if event.content:
        return {"interactive": {}}
    reply = {"id": event.text, "title": event.text}
    return {"interactive": {"type": "button_reply", "button_reply": reply}}


def _reaction(event: Inbound) -> dict[str, Any]:
    return {"reaction": {"message_id": event.reply_to} | ({"emoji": event.text} if event.text else {})}


def _edit(event: Inbound) -> dict[str, Any]:
    new = {"type": "text", "text": {"body": event.text}}
    return {"edit": {"original_message_id": event.reply_to, "message": new}}


def _unsupported(_: Inbound) -> dict[str, Any]:
    title, details = "Message type unknown", "Message type is currently not supported."
    return {
        "errors": [{"code": 131051, "title": title, "message": title, "error_data": {"details": details}}]
    }


_MADE: Mapping[str, Callable[[Inbound], dict[str, Any]]] = {
    "text": lambda event: {"text": {"body": event.text}},
    "location": lambda _: {"location": dict(_PLACE)},
    "contacts": _contact_card,
    "button": lambda event: {"button": {"payload": event.text, "text": event.text}},
    "interactive": _tapped,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": lambda event: {"revoke": {"original_message_id": event.reply_to}},
    "unsupported": _unsupported,
}
KINDS = (*_FILES, *_MADE)


async def _file(state: State, event: Inbound) -> dict[str, Any]:
    mime_type, content = SAMPLES[_FILES[event.kind]]
    media_id = await media.keep(state, content, mime_type)
    told: dict[str, Any] = {"id": media_id, "mime_type": mime_type, "sha256": media.digest(content)}
    if event.kind in ("image", "video", "document") and event.text:
        told["caption"] = event.text
    if event.kind == "document":
        told["filename"] = "sandbox.pdf"
    return told | ({"voice": True} if event.kind == "audio" else {})
