"""A message that arrives: from a contact, or sent by the business from another device."""

from typing import Any

from connectors.kit.webhook import InboundMessage
from inbox import contacts
from inbox.contacts import Contact
from inbox.models import Message, Thread
from inbox.text import storable, storable_data
from tenants.models import Connection

TEXT_CHARS = 65_536
_DATA_CHARS = 4_096


def arrive(connection: Connection, event: InboundMessage) -> Message | None:
    """File the message in its contact's thread; None where it was there already."""
    thread = contacts.thread_of(
        connection,
        Contact(
            id=event.contact,
            phone=storable(event.contact_phone, 32),
            name=storable(event.contact_name, 200),
            at=event.at,
        ),
    )
    message = _filed(connection, thread, event)
    if message is not None:
        _count(thread, event)
    contacts.save(thread)
    return message


def _filed(connection: Connection, thread: Thread, event: InboundMessage) -> Message | None:
    content = {"customer_id": connection.customer_id, "thread": thread, **_content(event)}
    message: Message
    message, is_new = (
        Message.objects.of(connection.customer_id)
        .select_for_update()
        .get_or_create(connection=connection, upstream_id=event.upstream_id, defaults=content)
    )
    if is_new:
        return message
    if message.thread_id is not None:
        return None
    if message.edited_at or message.revoked_at:
        for outdated in ("text", "media"):
            del content[outdated]
    if message.revoked_at:
        del content["extra"]
    for name, value in content.items():
        setattr(message, name, value)
    message.save()
    return message


def _content(event: InboundMessage) -> dict[str, Any]:
    return {
        "direction": event.direction,
        "kind": storable(event.kind, 24),
        "text": storable(event.text, TEXT_CHARS),
        "reply_to": storable(event.reply_to, 191),
        "media": storable_data(event.media, _DATA_CHARS) if event.media else None,
        "extra": storable_data(event.extra, _DATA_CHARS),
        "at": event.at,
    }


def _count(thread: Thread, event: InboundMessage) -> None:
    thread.last_at = max(thread.last_at, event.at)
    if event.direction != Message.Direction.IN or event.kind == "system":
        return
    thread.last_in_at = max(thread.last_in_at or event.at, event.at)
    if event.kind not in contacts.QUIET_KINDS and (thread.read_at is None or event.at > thread.read_at):
        thread.unread += 1
