"""What comes after a message, or before it: its delivery statuses, edits and its being revoked.

Each is merged into the message's row so that neither order nor repetition changes the outcome. Of a
message not seen yet a row without a thread keeps what was heard.
"""

from datetime import datetime

from connectors.kit.webhook import InboundMessage, StatusChange
from hermes.core import clock
from inbox import statuses
from inbox.arrivals import TEXT_CHARS
from inbox.models import Message
from inbox.text import storable, storable_data
from tenants.models import Connection

KINDS = frozenset({"edit", "revoke"})
_MEDIA_CHARS = 4_096
_ERROR_CHARS = 1_000


def move(connection: Connection, event: StatusChange) -> Message | None:
    """Merge a status into the message's timeline; None where it told nothing new."""
    message = _heard_of(connection, event.upstream_id, Message.Direction.OUT, event.at)
    step = {"status": storable(event.status, 16), "at": clock.iso(event.at)}
    if event.error:
        step["error"] = storable_data(event.error, _ERROR_CHARS)
    timeline = statuses.with_step(message.statuses, step)
    if timeline == message.statuses:
        return None
    message.statuses = timeline
    message.status = statuses.current(timeline)
    message.status_rank = statuses.rank(message.status)
    message.save(update_fields=("statuses", "status", "status_rank"))
    return message


def edit(connection: Connection, event: InboundMessage) -> Message | None:
    """Put the newest text and media in place; None where a newer edit or a revoke stands."""
    message = _heard_of(connection, event.reply_to, event.direction, event.at)
    last_edit = (message.edited_at, message.edit_id)
    if message.revoked_at or (last_edit[0] and (event.at, event.upstream_id) <= last_edit):
        return None
    message.text = storable(event.text, TEXT_CHARS)
    message.media = storable_data(event.media, _MEDIA_CHARS) if event.media else None
    message.edited_at, message.edit_id = event.at, event.upstream_id
    message.save(update_fields=("text", "media", "edited_at", "edit_id"))
    return message


def revoke(connection: Connection, event: InboundMessage) -> Message | None:
    """Forget text and media; None where that was done before."""
    message = _heard_of(connection, event.reply_to, event.direction, event.at)
    if message.revoked_at and message.revoked_at <= event.at:
        return None
    message.revoked_at = event.at
    message.text, message.media, message.extra = "", None, {}
    message.edited_at, message.edit_id = None, ""
    message.save(update_fields=("revoked_at", "text", "media", "extra", "edited_at", "edit_id"))
    return message


def _heard_of(connection: Connection, upstream_id: str, direction: str, at: datetime) -> Message:
    message: Message
    message, _ = (
        Message.objects.of(connection.customer_id)
        .select_for_update()
        .get_or_create(
            connection=connection,
            upstream_id=upstream_id,
            defaults={"customer_id": connection.customer_id, "direction": direction, "at": at},
        )
    )
    if message.thread_id is None and at < message.at:
        message.at = at
        message.save(update_fields=("at",))
    return message
