"""A message that arrives: from a contact, or sent by the business from another device."""

import hashlib
import json
from typing import Any

from connectors.kit.webhook import InboundMessage
from hermes.core.third_party import storable, storable_data
from inbox.desk import Desk
from inbox.models import Message, Thread
from inbox.moves import QUIET_KINDS, latest

TEXT_CHARS = 65_536
_DATA_CHARS = 4_096
_PHONE_CHARS = 32


def arrive(desk: Desk, event: InboundMessage) -> Message | None:
    """File the message in its contact's thread; None where that tells nothing new.

    Of two tellings of one message the smaller (time, digest) is kept. A message of our own calls stays
    as it was filed.
    """
    phone = storable(event.contact_phone, _PHONE_CHARS)
    if phone not in ("", event.contact):
        desk.claim(phone, event.contact, event.at)
    message, telling = desk.message(event.upstream_id), _digest(event)
    if message is not None and desk.is_placed(message) and _stands(message, event, telling):
        return None
    if message is None:
        message = desk.new_message(event.upstream_id)
    _tell(message, event, telling)
    thread = desk.thread(desk.numbers.holder(event.contact, event.at), event.at)
    if phone == thread.contact:
        thread.contact_phone = phone
    if desk.place(message, thread):
        _count(thread, message)
    return message


def _stands(message: Message, event: InboundMessage, telling: str) -> bool:
    is_ours = not message.telling
    return is_ours or (message.at, message.telling) <= (event.at, telling)


def _tell(message: Message, event: InboundMessage, telling: str) -> None:
    """What an edit has replaced or a revoke has taken back stays so."""
    message.telling, message.at, message.direction = telling, event.at, event.direction
    message.contact = event.contact
    message.contact_name = storable(event.contact_name, 200)
    message.kind = storable(event.kind, 24)
    message.reply_to = storable(event.reply_to, 191)
    if not (message.edited_at or message.revoked_at):
        message.text = storable(event.text, TEXT_CHARS)
        message.media = storable_data(event.media, _DATA_CHARS) if event.media else None
    if not message.revoked_at:
        message.extra = storable_data(event.extra, _DATA_CHARS)


def _count(thread: Thread, message: Message) -> None:
    thread.last_at = max(thread.last_at, message.at)
    known = (thread.named_at, thread.contact_name)
    if message.contact_name and (known[0] is None or (message.at, message.contact_name) > known):
        thread.contact_name, thread.named_at = message.contact_name, message.at
    if message.direction != Message.Direction.IN or message.kind == "system":
        return
    thread.last_in_at = latest(thread.last_in_at, message.at)
    if message.kind not in QUIET_KINDS and (thread.read_at is None or message.at > thread.read_at):
        thread.unread += 1


def _digest(event: InboundMessage) -> str:
    told: list[Any] = [event.contact, event.contact_phone, event.contact_name, event.direction, event.kind]
    told += [event.text, event.reply_to, event.media, event.extra]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
