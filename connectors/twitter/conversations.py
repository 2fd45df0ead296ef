"""Conversations of direct messages, and how they are named: by the other person's id, or `group:<id>`."""

from typing import Any

from connectors.twitter import outputs
from connectors.twitter.client import Json, is_id
from connectors.twitter.reading import Included, at
from hermes.core.third_party import shown

GROUP = "group:"
TEXT_CHARS = 10_000


def contact_of(raw: Json, me: str) -> str:
    """The other side of a message event: a person's id, or a group's; empty where neither is told."""
    conversation: Any = raw.get("dm_conversation_id")
    parts = conversation.split("-") if isinstance(conversation, str) else []
    if len(parts) == 2 and all(is_id(part) for part in parts):
        return parts[1] if parts[0] == me else parts[0]
    if len(parts) == 1 and is_id(parts[0]):
        return f"{GROUP}{parts[0]}"
    sender = raw.get("sender_id")
    return str(sender) if is_id(sender) and sender != me else ""


def message(raw: Json, included: Included, me: str) -> outputs.Message:
    """A message event, whose id is known to be one."""
    sender = included.person(raw.get("sender_id"))
    is_own = bool(me) and sender.id == me
    return outputs.Message(
        id=raw["id"],
        conversation=contact_of(raw, me),
        sender=sender,
        from_me=is_own,
        text=shown(str(raw.get("text") or ""), TEXT_CHARS),
        untrusted=not is_own,
        at=at(raw.get("created_at")),
        media=included.media(raw) or None,
    )
