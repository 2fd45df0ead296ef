"""A bot's webhook: how it is set, proved and read (Bot API, Update and setWebhook)."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connectors.kit.context import ToolContext
from connectors.kit.secret import Secret
from connectors.kit.webhook import InboundEvent, InboundMessage, OtherEvent, Registration, WebhookSpec
from connectors.telegram.client import Bot
from connectors.telegram.inbound import (
    about,
    chat_name,
    content,
    instant,
    message_key,
    number,
    part,
    said,
    sender_of,
)
from hermes.core import clock

SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105  (a header's name)
# Reactions and chat members are posted only to who asks for them by name.
UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "poll",
    "poll_answer",
)
# What reading a shape nobody described can raise.
ODD = (TypeError, ValueError, AttributeError, KeyError, OverflowError, OSError)


def verify(keys: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG001  (not signed)
    """Whether the request names one of the secrets; every one is tried, in constant time."""
    given = headers.get(SECRET, "").encode()
    matches = False
    for key in keys:
        matches |= bool(key) and hmac.compare_digest(key.encode(), given)
    return matches


def sign(secret: str, body: bytes) -> dict[str, str]:  # noqa: ARG001  (Telegram does not sign, it names the secret)
    """The header by which Telegram proves itself."""
    return {SECRET: secret}


def parse(body: bytes) -> list[InboundEvent]:
    """The events of an update; never raises on what it does not know. The door says whose they are."""
    try:
        # The standard library's reader, because half a surrogate pair must not cost the update.
        update = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return [OtherEvent(route=(), kind="unreadable", dedupe=_digest(body), data={"bytes": len(body)})]
    if not isinstance(update, dict):
        return [OtherEvent(route=(), kind="unreadable", dedupe=_digest(body), data={"value": update})]
    place = str(update.get("update_id", ""))[:20] or _digest(body)
    for name, read in _READERS.items():
        told = update.get(name)
        if isinstance(told, dict):
            try:
                return list(read(place, told))
            except ODD:
                break
    kind = next((name for name in update if name != "update_id"), "unknown")
    return [_other(place, kind, update)]


def _other(place: str, kind: str, update: Mapping[str, Any]) -> OtherEvent:
    told = part(update, kind)
    try:
        at = instant(told.get("date"))
    except ODD:
        at = None
    return OtherEvent(route=(), kind=kind[:60], dedupe=f"update:{place}", data=dict(told or update), at=at)


def _message(_: str, raw: Mapping[str, Any]) -> Iterator[InboundEvent]:
    chat = part(raw, "chat")
    kind, text, media, data = content(raw)
    replied = part(raw, "reply_to_message").get("message_id")
    yield InboundMessage(
        route=(),
        upstream_id=_key(raw),
        contact=number(chat.get("id")),
        contact_name=chat_name(chat),
        at=instant(raw.get("date")),
        kind=kind,
        text=text,
        media=media,
        reply_to=message_key(number(chat["id"]), str(replied)) if type(replied) is int else "",
        extra=about(raw) | data,
    )


def _edit(place: str, raw: Mapping[str, Any]) -> Iterator[InboundEvent]:
    chat = part(raw, "chat")
    _, text, media, _ = content(raw)
    yield InboundMessage(
        route=(),
        upstream_id=f"edit:{place}",
        contact=number(chat.get("id")),
        contact_name=chat_name(chat),
        at=instant(raw.get("edit_date") or raw.get("date")),
        kind="edit",
        text=text,
        media=media,
        reply_to=_key(raw),
    )


def _pressed(_: str, raw: Mapping[str, Any]) -> Iterator[InboundEvent]:
    message, user = part(raw, "message"), part(raw, "from")
    chat = part(message, "chat") or user
    yield InboundMessage(
        route=(),
        upstream_id=f"callback:{said(raw.get('id')) or _missing()}",
        contact=number(chat.get("id")),
        contact_name=chat_name(chat),
        at=clock.now(),  # an update tells no time of a press
        kind="callback",
        text=said(raw.get("data")) or said(raw.get("game_short_name")),
        reply_to=_key(message) if message else "",
        extra={"callback_id": said(raw.get("id")), "from": sender_of(raw)},
    )


def _reaction(place: str, raw: Mapping[str, Any]) -> Iterator[InboundEvent]:
    chat, user = part(raw, "chat"), part(raw, "user") or part(raw, "actor_chat")
    now = raw.get("new_reaction")
    given = [r for r in now if isinstance(r, dict)] if isinstance(now, list) else []
    yield InboundMessage(
        route=(),
        upstream_id=f"reaction:{place}",
        contact=number(chat.get("id")),
        contact_name=chat_name(chat),
        at=instant(raw.get("date")),
        kind="reaction",
        text=(said(given[0].get("emoji")) or "⭐") if given else "",
        reply_to=_key(raw),
        extra={"from": sender_of({"from": dict(user)})},
    )


def _key(message: Mapping[str, Any]) -> str:
    return message_key(number(part(message, "chat").get("id")), number(message.get("message_id")))


def _missing() -> str:
    raise ValueError("no id")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


_READERS: Mapping[str, Callable[[str, Mapping[str, Any]], Iterator[InboundEvent]]] = {
    "message": _message,
    "edited_message": _edit,
    "channel_post": _message,
    "edited_channel_post": _edit,
    "callback_query": _pressed,
    "message_reaction": _reaction,
}


async def _add(ctx: ToolContext, address: str, secret: Secret) -> None:
    await Bot(ctx).do(
        "setWebhook", {"url": address, "secret_token": secret.reveal(), "allowed_updates": list(UPDATES)}
    )


async def _remove(ctx: ToolContext, address: str) -> None:
    """A webhook that somebody else has set since stays."""
    bot = Bot(ctx)
    if part({"info": await bot.ask("getWebhookInfo")}, "info").get("url") == address:
        await bot.do("deleteWebhook", {})


WEBHOOK = WebhookSpec(
    verify=verify,
    sign=sign,
    parse=parse,
    registration=Registration(add=_add, remove=_remove),
)
