"""What comes after a message, or before it: its delivery statuses, edits and its being revoked.

Each is merged into the message's row so that neither order nor repetition changes the outcome. Of a
message not seen yet a row without a thread keeps what was heard.
"""

import json
from datetime import datetime
from typing import Any

from connectors.kit.webhook import InboundMessage, StatusChange
from hermes.core import clock
from hermes.core.third_party import storable, storable_data
from inbox import statuses
from inbox.arrivals import TEXT_CHARS
from inbox.desk import Desk, subject
from inbox.models import Message

_MEDIA_CHARS = 4_096
_ERROR_CHARS = 1_000


def move(desk: Desk, event: StatusChange) -> Message | None:
    """Merge a status into the message's timeline; None where it told nothing new."""
    message = _heard_of(desk, subject(event), Message.Direction.OUT, event.at)
    step: dict[str, Any] = {"status": storable(event.status, 16), "at": clock.iso(event.at)}
    if event.error:
        step["error"] = storable_data(event.error, _ERROR_CHARS)
    timeline = statuses.with_step(message.statuses, step)
    if timeline == message.statuses:
        return None
    message.statuses = timeline
    message.status = statuses.current(timeline)
    message.status_rank = statuses.rank(message.status)
    return message


def edit(desk: Desk, event: InboundMessage) -> Message | None:
    """Put the newest text and media in place; None where a newer edit or a revoke stands."""
    message = _heard_of(desk, subject(event), event.direction, event.at)
    text = storable(event.text, TEXT_CHARS)
    media = storable_data(event.media, _MEDIA_CHARS) if event.media else None
    if message.revoked_at:
        return None
    if message.edited_at and (event.at, event.upstream_id, _content(text, media)) <= (
        message.edited_at,
        message.edit_id,
        _content(message.text, message.media),
    ):
        return None
    message.text, message.media = text, media
    message.edited_at, message.edit_id = event.at, event.upstream_id
    return message


def revoke(desk: Desk, event: InboundMessage) -> Message | None:
    """Forget text and media; None where that was done before."""
    message = _heard_of(desk, subject(event), event.direction, event.at)
    if message.revoked_at and message.revoked_at <= event.at:
        return None
    message.revoked_at = event.at
    message.text, message.media, message.extra = "", None, {}
    message.edited_at, message.edit_id = None, ""
    return message


def _heard_of(desk: Desk, upstream_id: str, direction: str, at: datetime) -> Message:
    message = desk.message(upstream_id)
    if message is None:
        return desk.new_message(upstream_id, direction=direction, at=at)
    if not desk.is_placed(message):
        message.at = min(message.at, at)
        if direction == Message.Direction.OUT:
            message.direction = direction
    return message


def _content(text: str, media: Any) -> str:
    return json.dumps([text, media], sort_keys=True)
