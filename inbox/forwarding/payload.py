"""What a receiver is told: `{"type", "timestamp", "data"}` (docs/webhooks.md), read when it is sent."""

from typing import Any

import msgspec
from msgspec import UNSET

from connectors.kit.conversations import NOTICE
from hermes.core import clock
from inbox import shapes
from inbox.forwarding import event_types
from inbox.forwarding.models import ForwardedEvent
from inbox.models import Message
from tenants import connections

LIMIT_BYTES = 262_144
_SHORT_CHARS = 16_384


def body_of(event: ForwardedEvent) -> bytes:
    """The body, at most 256 KiB: beyond that a message goes without `data` and `media`, its text cut."""
    body = _encoded(event, _message_of(event))
    if len(body) <= LIMIT_BYTES:
        return body
    return _encoded(event, _message_of(event, is_short=True))


def _encoded(event: ForwardedEvent, message: dict[str, Any] | None) -> bytes:
    data: dict[str, Any] = {}
    if event.type == event_types.TEST:
        data["endpoint"] = event.endpoint.public_id
    else:
        data["connection"] = _connection(event)
    if event.type in event_types.MESSAGES:
        data |= {"message": message, "notice": NOTICE}
    if event.type == "message.status":
        steps = message["statuses"] if message else []
        data["status"] = next((s for s in steps if s["status"] == event.detail), {"status": event.detail})
    return msgspec.json.encode({"type": event.type, "timestamp": clock.iso(event.at), "data": data})


def _connection(event: ForwardedEvent) -> dict[str, Any]:
    connection = connections.get(event.customer_id, event.connection)
    told = {
        "id": connection.public_id,
        "platform": connection.platform,
        "account": connection.account,
        "mode": connection.mode,
    }
    if event.type in event_types.CONNECTIONS:
        told |= {"status": event.type.partition(".")[2], "status_reason": event.detail}
    return told


def _message_of(event: ForwardedEvent, *, is_short: bool = False) -> dict[str, Any] | None:
    """The message with its thread, as stored: what agents read, but nothing escaped, and the text whole."""
    if not event.upstream_id:
        return None
    found = (
        Message.objects.of(event.customer_id)
        .select_related("thread__connection")
        .filter(connection__public_id=event.connection, upstream_id=event.upstream_id)
        .first()
    )
    if found is None:
        return None
    [told] = shapes.messages_of([found], with_statuses=True)
    is_cut = is_short and len(found.text) > _SHORT_CHARS
    whole = msgspec.structs.replace(
        told,
        text=(found.text[:_SHORT_CHARS] if is_cut else found.text) or UNSET,
        truncated=is_cut or UNSET,
        media=UNSET if is_short else found.media or UNSET,
        data=UNSET if is_short else found.extra or UNSET,
    )
    thread = found.thread and {
        "id": found.thread.public_id,
        "contact": found.thread.contact,
        "contact_name": found.thread.contact_name,
        "contact_phone": found.thread.contact_phone,
    }
    return {**msgspec.to_builtins(whole), "thread": thread}
