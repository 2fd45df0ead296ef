"""One event of a webhook delivery: a message and what is done to it, a comment, a mention."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.kit.meta import items, member, text_of
from connectors.kit.webhook import InboundEvent, InboundMessage, StatusChange

# What people write under a post stands in a thread of the post: it opens no window to write to them.
POST = "post:"
KIND_CHARS = 24
LATEST_S = 4_102_444_800
FILES = frozenset({"image", "video", "audio", "file"})
_TOLD = frozenset(
    {"mid", "text", "attachments", "reply_to", "quick_reply", "is_echo", "is_deleted", "is_self", "referral"}
)


def event_of(route: Sequence[str], raw: Mapping[str, Any]) -> InboundEvent | None:
    """What an item of `messaging` says; None for kinds nobody knows yet. Raises ValueError on odd ones."""
    sender = text_of(member(raw, "sender").get("id"))
    recipient = text_of(member(raw, "recipient").get("id"))
    message = member(raw, "message")
    is_own = bool(message.get("is_echo")) or sender in route
    who: dict[str, Any] = {
        "route": route,
        "contact": _needed(recipient if is_own else sender),
        "direction": "out" if is_own else "in",
        "at": instant(raw.get("timestamp")),
    }
    if message:
        return _message(message, who)
    if postback := member(raw, "postback"):
        return InboundMessage(
            **who,
            upstream_id=_needed(postback.get("mid")),
            kind="postback",
            text=text_of(postback.get("title")),
            extra={"reply": {"payload": text_of(postback.get("payload"))}} | _referral(postback),
        )
    if reaction := member(raw, "reaction"):
        about = _needed(reaction.get("mid"))
        is_given = reaction.get("action") != "unreact"
        emoji = text_of(reaction.get("emoji")) or text_of(reaction.get("reaction"))
        return InboundMessage(
            **who,
            upstream_id=_key("reaction", about, sender, raw.get("timestamp")),
            kind="reaction",
            text=emoji if is_given else "",
            reply_to=about,
        )
    if edit := member(raw, "message_edit"):
        about = _needed(edit.get("mid"))
        return InboundMessage(
            **who,
            upstream_id=_key("edit", about, edit.get("num_edit"), raw.get("timestamp")),
            kind="edit",
            text=text_of(edit.get("text")),
            reply_to=about,
        )
    if mid := text_of(member(raw, "read").get("mid")):
        return StatusChange(route=route, upstream_id=mid, status="read", at=who["at"], contact=who["contact"])
    return None


def _message(message: Mapping[str, Any], who: Mapping[str, Any]) -> InboundMessage:
    mid = _needed(message.get("mid"))
    if message.get("is_deleted"):
        return InboundMessage(**who, upstream_id=_key("revoke", mid), kind="revoke", reply_to=mid)
    attached = items(message.get("attachments"))
    text = text_of(message.get("text"))
    kind = text_of(attached[0].get("type")) if attached else "text"
    if not attached and not text:
        kind = "unsupported"
    return InboundMessage(
        **who,
        upstream_id=mid,
        kind=(kind or "unknown")[:KIND_CHARS],
        text=text,
        reply_to=text_of(member(message, "reply_to").get("mid")),
        # The address in the webhook ends after a time; the message names a fresh one.
        media={"kind": kind, "id": mid} if kind in FILES else None,
        extra=_circumstances(message, attached),
    )


def _circumstances(message: Mapping[str, Any], attached: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a message has besides: what is shared, which story it answers, which button was pressed."""
    shared = [_shared(text_of(one.get("type")), member(one, "payload")) for one in attached]
    story = member(member(message, "reply_to"), "story")
    told = {
        "attachments": shared if len(shared) > 1 or any(len(one) > 1 for one in shared) else None,
        "story": {"id": text_of(story.get("id"))} if story else None,
        "reply": {"payload": text_of(member(message, "quick_reply").get("payload"))}
        if member(message, "quick_reply")
        else None,
        **{name: part for name, part in message.items() if name not in _TOLD},
    }
    return {name: value for name, value in told.items() if value} | _referral(message)


def _shared(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """An attachment; where a person's own file lies is nobody else's matter."""
    return {"kind": kind, **{k: v for k, v in payload.items() if k != "url" or kind not in FILES}}


def _referral(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"referral": dict(told["referral"])} if member(told, "referral") else {}


def comment(route: Sequence[str], value: Mapping[str, Any], time: Any) -> InboundMessage:
    """A comment under a post, of others or of the account itself. Raises ValueError on odd ones."""
    writer = member(value, "from")
    media = member(value, "media")
    is_own = text_of(writer.get("id")) in (*route, text_of(writer.get("self_ig_scoped_id")))
    told = {
        "from": {"id": text_of(writer.get("id")), "username": text_of(writer.get("username"))},
        "media_id": _needed(media.get("id")),
        "product": text_of(media.get("media_product_type")),
    }
    return InboundMessage(
        route=route,
        upstream_id=_needed(value.get("id")),
        contact=f"{POST}{told['media_id']}",
        direction="out" if is_own else "in",
        at=instant(time),
        kind="comment",
        text=text_of(value.get("text")),
        reply_to=text_of(value.get("parent_id")),
        extra={name: part for name, part in told.items() if part},
    )


def mention(route: Sequence[str], value: Mapping[str, Any], time: Any) -> InboundMessage:
    """Somebody names the account in a caption or a comment; the event has ids only."""
    media, about = _needed(value.get("media_id")), text_of(value.get("comment_id"))
    return InboundMessage(
        route=route,
        upstream_id=f"mention:{about or media}",
        contact=f"{POST}{media}",
        at=instant(time),
        kind="mention",
        extra={"media_id": media} | ({"comment_id": about} if about else {}),
    )


def instant(value: Any) -> datetime:
    """A Unix time in seconds or milliseconds, a number or text. Raises ValueError on anything else."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or len(text) > 13:
        raise ValueError("no time")
    number = int(text)
    seconds = number if number <= LATEST_S else number / 1000
    if seconds > LATEST_S:
        raise ValueError("no time")
    return datetime.fromtimestamp(seconds, UTC)


def _key(kind: str, *parts: Any) -> str:
    """An id for what Instagram gives none: message ids alone are nearly as long as ids may be."""
    return f"{kind}:{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}"


def _needed(value: Any) -> str:
    text = text_of(value)
    if not text:
        raise ValueError("an id is missing")
    return text
