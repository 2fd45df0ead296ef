"""Posts and direct messages that concern the account, as messages of the inbox.

A post's contact is its author, so that mentions and direct messages of a person are one conversation.
"""

from collections.abc import Sequence

from connectors.kit.webhook import InboundMessage
from connectors.twitter import conversations, reading
from connectors.twitter.client import Json, is_id
from connectors.twitter.reading import Included
from hermes.core import clock

TEXT_CHARS = 25_000


def post_message(raw: Json, included: Included, *, me: str, route: Sequence[str] = ()) -> InboundMessage:
    """A mention, reply or quote. Raises ValueError, InvalidArgument: a post without id, author or time."""
    post_id, author = raw.get("id"), raw.get("author_id")
    if not is_id(post_id) or not is_id(author):
        raise ValueError("a post without id or author")
    told = reading.post(raw, included)
    refers = reading.references(raw)
    username = included.username(author)
    extra = {
        "url": reading.address_of(str(post_id), username),
        "conversation_id": told.conversation_id,
        "quotes": refers.get("quoted"),
        "links": told.links,
    }
    media = told.media[0] if told.media else None
    return InboundMessage(
        route=route,
        upstream_id=str(post_id),
        contact=str(author),
        contact_name=f"@{username}" if username else "",
        at=clock.parse(str(raw.get("created_at"))),
        kind="quote" if "quoted" in refers and "replied_to" not in refers else "mention",
        text=reading.text_of(raw)[:TEXT_CHARS],
        reply_to=refers.get("replied_to", ""),
        media={"type": media.type, "url": media.url} if media else None,
        direction="out" if author == me else "in",
        extra={name: value for name, value in extra.items() if value},
    )


def dm_message(raw: Json, included: Included, me: str) -> InboundMessage:
    """A direct message. Raises ValueError and InvalidArgument on one without id, other side or time."""
    contact = conversations.contact_of(raw, me)
    if not is_id(raw.get("id")) or not contact:
        raise ValueError("a message without id or contact")
    told = conversations.message(raw, included, me)
    username = included.username(contact)
    group = contact.removeprefix(conversations.GROUP) if contact.startswith(conversations.GROUP) else ""
    media = told.media[0] if told.media else None
    return InboundMessage(
        route=(),
        upstream_id=told.id,
        contact=contact,
        contact_name=f"group {group}" if group else f"@{username}" if username else "",
        at=clock.parse(str(raw.get("created_at"))),
        kind="text" if media is None else "video" if media.type == "video" else "image",
        text=str(raw.get("text") or "")[: conversations.TEXT_CHARS],
        media={"type": media.type, "url": media.url} if media else None,
        direction="out" if told.from_me else "in",
        extra={"sender": told.sender.username or told.sender.id} if group else {},
    )
