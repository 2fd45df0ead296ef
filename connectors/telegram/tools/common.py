"""What the tools share: chats, messages, where a message goes and what came of it."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Params, SentMessage, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.inbound import chat_name, content, message_key, part
from connectors.telegram.outputs import Sent
from hermes.core.errors import InvalidArgument

CHAT = r"^(-?[0-9]{1,16}|@[A-Za-z][A-Za-z0-9_]{3,31})$"
MESSAGE = r"^(-?[0-9]{1,16}:)?[0-9]{1,10}$"
ChatId = Annotated[
    str,
    Meta(
        max_length=33,
        pattern=CHAT,
        description="Id of telegram_list_chats, or a public @name.",
    ),
]
MessageId = Annotated[
    str,
    Meta(max_length=28, pattern=MESSAGE, description="Id of the message (chat:number), or its number alone."),
]
ReplyTo = Annotated[str, Meta(max_length=28, pattern=MESSAGE, description="Message to quote (chat:number).")]
ThreadId = Annotated[int, Meta(ge=1, le=2**31 - 1, description="Topic of a forum group.")]
Silent = Annotated[bool, Meta(description="Deliver without a sound.")]


class Place(Params, frozen=True, kw_only=True):
    """Where a message goes and how; part of every send."""

    chat_id: ChatId
    reply_to: ReplyTo | None = None
    thread_id: ThreadId | None = None
    silent: Silent = False


def chat_of(given: str) -> int | str:
    """A chat as the API takes it."""
    return given if given.startswith("@") else int(given)


def number_of(message: str, chat: str, argument: str = "message_id") -> int:
    """The number of a message in the chat; raises InvalidArgument where it belongs to another chat."""
    own, _, number = message.rpartition(":")
    if own and not chat.startswith("@") and int(own) != int(chat):
        raise InvalidArgument(
            f"'{argument}' is of chat {own}, not of {chat}; take both from one message.",
            details={"argument": argument},
        )
    return int(number)


def addressed(place: Place) -> dict[str, Any]:
    """The members of a request that say where a message goes."""
    told: dict[str, Any] = {"chat_id": chat_of(place.chat_id)}
    if place.thread_id is not None:
        told["message_thread_id"] = place.thread_id
    if place.silent:
        told["disable_notification"] = True
    if place.reply_to is not None:
        told["reply_parameters"] = {"message_id": number_of(place.reply_to, place.chat_id, "reply_to")}
    return told


def chat_in(message: Mapping[str, Any], asked: str) -> str:
    """The id of the chat that a message is in, as inbound messages carry it."""
    own = part(message, "chat").get("id")
    return str(own) if type(own) is int else asked


def filed(bot: Bot, message: Mapping[str, Any], asked: str, reply_to: str | None = None) -> SentMessage:
    """What the inbox files of a message the API made."""
    chat = chat_in(message, asked)
    kind, text, media, _ = content(message)
    return SentMessage(
        contact=chat,
        contact_name=chat_name(part(message, "chat")),
        upstream_id=message_key(chat, str(message["message_id"])),
        kind=kind,
        text=text,
        media=media,
        reply_to=message_key(chat, re.sub("^.*:", "", reply_to)) if reply_to else "",
        at=bot.ctx.now(),
    )


def sent(bot: Bot, message: Mapping[str, Any], place: Place) -> ToolResult:
    """The result of a send: what the agent sees and what the inbox files."""
    one = filed(bot, message, place.chat_id, place.reply_to)
    return ToolResult(
        data=Sent(chat_id=one.contact, message_id=one.upstream_id, kind=one.kind),
        upstream_id=one.upstream_id,
        sent=[one],
    )
