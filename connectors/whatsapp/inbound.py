"""One message of a webhook delivery, of whatever kind, as an `InboundMessage`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.kit.meta import items, member, text_of
from connectors.kit.webhook import InboundMessage

MEDIA_KINDS = frozenset({"image", "video", "audio", "document", "sticker"})
MEDIA_MEMBERS = ("id", "mime_type", "sha256", "filename", "voice", "animated")
# Members of a message that are told by fields of their own.
TOLD = frozenset(
    {"from", "from_user_id", "from_parent_user_id", "to", "id", "timestamp", "type", "context", "text"}
)
KIND_CHARS = 24
LATEST_S = 4_102_444_800


class Parties:
    """The people in a change's `contacts`: a person's number, user id and name belong together."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._people = items(value.get("contacts"))

    def person(self, number: str, user_id: str) -> Mapping[str, Any]:
        """What is told of the person with this number or user id; empty where nothing is."""
        for person in self._people:
            if number and text_of(person.get("wa_id")) == number:
                return person
            if user_id and text_of(person.get("user_id")) == user_id:
                return person
        return {}

    def contact(self, raw: Mapping[str, Any], role: str) -> str:
        """The stable id of who stands in `role` (from, to, recipient): the user id, else the number."""
        number, user_id = numbers(raw, role)
        return user_id or text_of(self.person(number, user_id).get("user_id")) or number


def message(route: Sequence[str], raw: Mapping[str, Any], parties: Parties, direction: str) -> InboundMessage:
    """Read one message. Raises ValueError where it has no id, time or other side."""
    role = "from" if direction == "in" else "to"
    number, user_id = numbers(raw, role)
    person = parties.person(number, user_id)
    upstream_id, contact = text_of(raw.get("id")), parties.contact(raw, role)
    if not upstream_id or not contact:
        raise ValueError("a message names no id or no contact")
    kind = text_of(raw.get("type")) or "unknown"
    text, extra = READERS.get(kind, _unknown)(member(raw, kind), raw)
    reply_to = text_of(member(raw, "context").get("id"))
    media = _media(kind, raw)
    if kind in ("edit", "revoke"):
        reply_to = text_of(member(raw, kind).get("original_message_id"))
    if kind == "reaction":
        reply_to = text_of(member(raw, kind).get("message_id"))
    return InboundMessage(
        route=route,
        upstream_id=upstream_id,
        contact=contact,
        at=instant(raw.get("timestamp")),
        kind=kind[:KIND_CHARS],
        contact_name=text_of(member(person, "profile").get("name")),
        contact_phone=number or text_of(person.get("wa_id")),
        text=text,
        reply_to=reply_to,
        media=media,
        direction=direction,
        extra=extra | _circumstances(raw),
    )


def numbers(raw: Mapping[str, Any], role: str) -> tuple[str, str]:
    """The number and the user id of who stands in `role`; either may be empty."""
    if role == "recipient":
        return text_of(raw.get("recipient_id")), text_of(raw.get("recipient_user_id"))
    return text_of(raw.get(role)), text_of(raw.get(f"{role}_user_id"))


def instant(value: Any) -> datetime:
    """A Unix time, given as a number or as text. Raises ValueError on anything else."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or int(text[:12]) > LATEST_S:
        raise ValueError("no time")
    return datetime.fromtimestamp(int(text), UTC)


def _media(kind: str, raw: Mapping[str, Any]) -> dict[str, Any] | None:
    if kind == "edit":
        edited = member(member(raw, "edit"), "message")
        return _media(text_of(edited.get("type")), edited)
    file = member(raw, kind)
    if kind not in MEDIA_KINDS or not file:
        return None
    return {"kind": kind} | {name: file[name] for name in MEDIA_MEMBERS if name in file}


def _circumstances(raw: Mapping[str, Any]) -> dict[str, Any]:
    """How a message came: forwarded, from an advertisement, about a product, with an error, from history."""
    context = member(raw, "context")
    told = {
        "forwarded": bool(context.get("forwarded") or context.get("frequently_forwarded")),
        "product": context.get("referred_product"),
        "referral": raw.get("referral"),
        "errors": raw.get("errors"),
        "group": raw.get("group_id"),
        "history": member(raw, "history_context") if raw.get("is_history") else None,
    }
    return {name: value for name, value in told.items() if value}


Read = tuple[str, dict[str, Any]]


def _text(_: Mapping[str, Any], raw: Mapping[str, Any]) -> Read:
    return text_of(member(raw, "text").get("body")), {}


def _file(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    return text_of(content.get("caption")), {}


def _location(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    text = ", ".join(part for part in (text_of(content.get("name")), text_of(content.get("address"))) if part)
    return text, {"location": dict(content)}


def _contacts(_: Mapping[str, Any], raw: Mapping[str, Any]) -> Read:
    people = items(raw.get("contacts"))
    names = [text_of(member(person, "name").get("formatted_name")) for person in people]
    return ", ".join(name for name in names if name), {"contacts": people}


def _reaction(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    return text_of(content.get("emoji")), {}


def _button(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    return text_of(content.get("text")), {"reply": {"payload": text_of(content.get("payload"))}}


def _interactive(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    kind = text_of(content.get("type"))
    reply = member(content, kind)
    text = next((text_of(reply[n]) for n in ("title", "body", "response") if reply.get(n)), "")
    return text, {"reply": {"type": kind, **reply}} if reply else {}


def _order(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    return text_of(content.get("text")), {"order": dict(content)}


def _system(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    return text_of(content.get("body")), {"system": dict(content)}


def _edit(content: Mapping[str, Any], _: Mapping[str, Any]) -> Read:
    edited = member(content, "message")
    kind = text_of(edited.get("type"))
    return READERS.get(kind, _unknown)(member(edited, kind), edited)


def _nothing(_: Mapping[str, Any], __: Mapping[str, Any]) -> Read:
    return "", {}


def _unknown(_: Mapping[str, Any], raw: Mapping[str, Any]) -> Read:
    return "", {name: value for name, value in raw.items() if name not in TOLD and name != "is_history"}


READERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Read]] = {
    **dict.fromkeys(MEDIA_KINDS, _file),
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "system": _system,
    "edit": _edit,
    "revoke": _nothing,
    "unsupported": _unknown,
}
