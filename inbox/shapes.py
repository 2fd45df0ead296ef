"""Stored rows in the shapes that agents and REST clients read (`connectors.kit.conversations`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET

from connectors.kit.conversations import Conversation, Reaction, StatusStep, StoredMessage, Window
from connectors.registry import all_connectors
from hermes.core import clock
from hermes.core.third_party import shown, shown_data
from inbox.models import Message, Thread

_TEXT_CHARS = 4_096
_NAME_CHARS = 200
_ID_CHARS = 200
_EMOJI_CHARS = 40
_CLOCK_SKEW = timedelta(days=1)


def window_hours(platform: str) -> float | None:
    """How long the platform lets a business write freely after a contact's message; None: no such rule."""
    connector = all_connectors().get(platform)
    hours = connector.limits.get("service_window_h") if connector else None
    return None if hours is None else float(hours)


def window_of(thread: Thread, now: datetime) -> Window:
    """The contact's service window; unknown where the platform has none or nothing has arrived yet."""
    hours = window_hours(thread.connection.platform)
    if hours is None or thread.last_in_at is None:
        return Window()
    closes_at = thread.last_in_at + timedelta(hours=hours)
    return Window(open=now < closes_at, closes_at=clock.iso(closes_at))


def conversation_of(thread: Thread, now: datetime, last: StoredMessage | None = None) -> Conversation:
    """A thread, with its last message where that is given."""
    return Conversation(
        id=thread.public_id,
        contact=shown(thread.contact, _ID_CHARS),
        untrusted=True,
        unread=thread.unread,
        last_at=clock.iso(thread.last_at),
        window=window_of(thread, now),
        contact_name=shown(thread.contact_name, _NAME_CHARS) or UNSET,
        contact_phone=shown(thread.contact_phone, _ID_CHARS) or UNSET,
        last_in_at=clock.iso(thread.last_in_at) if thread.last_in_at else UNSET,
        last_message=last or UNSET,
    )


def conversations_of(
    threads: Sequence[Thread], lasts: Mapping[int, Message], now: datetime
) -> list[Conversation]:
    """Threads, each with its last message as `lasts` has it by the thread's row."""
    shown_lasts = messages_of(list(lasts.values()), with_statuses=False)
    by_thread = dict(zip(lasts, shown_lasts, strict=True))
    return [conversation_of(thread, now, by_thread.get(thread.pk)) for thread in threads]


def messages_of(messages: Sequence[Message], *, with_statuses: bool) -> list[StoredMessage]:
    """Messages with the reactions to them (one more query for all)."""
    reactions = _reactions_to(messages)
    return [_message(m, reactions.get(m.upstream_id, ()), with_statuses) for m in messages]


def _message(message: Message, reactions: Sequence[Reaction], with_statuses: bool) -> StoredMessage:
    return StoredMessage(
        id=message.public_id,
        message_id=shown(message.upstream_id, _ID_CHARS),
        contact=shown(message.thread.contact, _ID_CHARS) if message.thread else "",
        direction=message.direction,
        kind=shown(message.kind, _ID_CHARS),
        at=clock.iso(message.at),
        untrusted=message.direction == Message.Direction.IN,
        text=shown(message.text, _TEXT_CHARS) or UNSET,
        truncated=len(message.text) > _TEXT_CHARS or UNSET,
        reply_to=shown(message.reply_to, _ID_CHARS) or UNSET,
        media=shown_data(message.media, _ID_CHARS) if message.media else UNSET,
        data=shown_data(message.extra, _TEXT_CHARS) or UNSET,
        reactions=list(reactions) or UNSET,
        edited_at=clock.iso(message.edited_at) if message.edited_at else UNSET,
        revoked_at=clock.iso(message.revoked_at) if message.revoked_at else UNSET,
        status=shown(message.status, _ID_CHARS) or UNSET,
        statuses=[_step(s) for s in message.statuses] if with_statuses else UNSET,
    )


def _step(step: Mapping[str, Any]) -> StatusStep:
    error = step.get("error")
    return StatusStep(
        status=shown(step["status"], _ID_CHARS),
        at=step["at"],
        error=shown_data(error, 1_000) if error else UNSET,
    )


def _reactions_to(messages: Sequence[Message]) -> dict[str, list[Reaction]]:
    """The reaction that stands of each side, by the id of the message; one taken back does not count."""
    threads = {m.thread_id for m in messages if m.thread_id}
    if not threads:
        return {}
    rows: Iterable[Message] = (
        Message.objects.of(messages[0].customer_id)
        .filter(
            thread__in=threads,
            at__gte=min(m.at for m in messages) - _CLOCK_SKEW,
            kind="reaction",
            reply_to__in=[m.upstream_id for m in messages],
        )
        .order_by("at", "upstream_id")
    )
    standing = {(row.reply_to, row.direction): row for row in rows}
    found: dict[str, list[Reaction]] = {}
    for (target, direction), row in standing.items():
        if row.text:
            by = "contact" if direction == Message.Direction.IN else "business"
            reaction = Reaction(emoji=shown(row.text, _EMOJI_CHARS), by=by, at=clock.iso(row.at))
            found.setdefault(target, []).append(reaction)
    return found
