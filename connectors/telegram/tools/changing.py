"""Messages that are there already: edited, deleted, forwarded, pinned, reacted to."""

import dataclasses
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import DELETE, SEND, UPDATE, Params, SentMessage, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.errors import NotModified
from connectors.telegram.inbound import message_key
from connectors.telegram.limits import CAPTION_UNITS, REACTIONS, TEXT_UNITS
from connectors.telegram.markup import Format, read
from connectors.telegram.outputs import Done, Sent
from connectors.telegram.tools.buttons import Buttons, keyboard
from connectors.telegram.tools.common import (
    CHAT,
    ChatId,
    MessageId,
    Silent,
    ThreadId,
    chat_of,
    filed,
    number_of,
)
from hermes.core.errors import InvalidArgument, PlatformUnavailable


class Which(Params, frozen=True, kw_only=True):
    """A message of a chat."""

    chat_id: ChatId
    message_id: MessageId


class EditMessage(Which, frozen=True, kw_only=True):
    """A new text."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=4 * TEXT_UNITS,
            description="New text, 4,096 characters (caption: 1,024).",
        ),
    ]
    format: Format = "plain"
    buttons: Buttons | None = None
    is_caption: Annotated[bool, Meta(description="The message is a file: change its caption.")] = False


async def edit_message(ctx: ToolContext, params: EditMessage) -> ToolResult:
    """Replace text and buttons of a message of the bot's."""
    body: dict[str, Any] = _named(params) | {"reply_markup": keyboard(params.buttons)}
    if params.is_caption:
        body |= read(params.text, params.format, "text", CAPTION_UNITS).members("caption")
    else:
        body |= read(params.text, params.format, "text", TEXT_UNITS).members()
    try:
        await Bot(ctx).do("editMessageCaption" if params.is_caption else "editMessageText", body)
    except NotModified:
        return _done(params, changed=False)
    return _done(params)


async def delete_message(ctx: ToolContext, params: Which) -> ToolResult:
    """Delete a message."""
    await Bot(ctx).do("deleteMessage", _named(params))
    return _done(params)


class ForwardMessage(Params, frozen=True, kw_only=True):
    """A message that goes to another chat."""

    chat_id: ChatId
    from_chat_id: Annotated[str, Meta(max_length=33, pattern=CHAT, description="Where it is.")]
    message_id: MessageId
    copy: Annotated[bool, Meta(description="Send it as the bot's own, without its author's name.")] = False
    thread_id: ThreadId | None = None
    silent: Silent = False


async def forward_message(ctx: ToolContext, params: ForwardMessage) -> ToolResult:
    """Forward or copy a message."""
    bot = Bot(ctx)
    body = {
        "chat_id": chat_of(params.chat_id),
        "from_chat_id": chat_of(params.from_chat_id),
        "message_id": number_of(params.message_id, params.from_chat_id),
        "message_thread_id": params.thread_id,
        "disable_notification": params.silent or None,
    }
    if params.copy and params.chat_id.startswith("@"):
        # The answer to a copy names no chat, so its id is asked for first.
        body["chat_id"] = await _chat_id(bot, params.chat_id)
    message = await bot.send("copyMessage" if params.copy else "forwardMessage", body)
    one = filed(bot, message, str(body["chat_id"]))
    if params.copy:
        one = SentMessage(contact=one.contact, upstream_id=one.upstream_id, kind="copy", at=one.at)
    return ToolResult(
        data=Sent(chat_id=one.contact, message_id=one.upstream_id, kind=one.kind),
        upstream_id=one.upstream_id,
        sent=[one],
    )


class PinMessage(Which, frozen=True, kw_only=True):
    """A message at the top of its chat."""

    unpin: Annotated[bool, Meta(description="Take it off the top again.")] = False
    silent: Annotated[bool, Meta(description="Tell nobody that it was pinned.")] = False


async def pin_message(ctx: ToolContext, params: PinMessage) -> ToolResult:
    """Pin or unpin a message."""
    if params.unpin:
        await Bot(ctx).do("unpinChatMessage", _named(params))
    else:
        await Bot(ctx).do("pinChatMessage", _named(params) | {"disable_notification": params.silent})
    return _done(params)


class React(Which, frozen=True, kw_only=True):
    """An emoji on a message."""

    emoji: Annotated[
        str, Meta(max_length=16, description="One emoji such as 👍 ❤ 🔥 🎉; empty takes it back.")
    ]


async def react(ctx: ToolContext, params: React) -> ToolResult:
    """React to a message."""
    emoji = params.emoji.replace("\ufe0f", "").strip()
    if emoji and emoji not in REACTIONS:
        raise InvalidArgument(
            "Bots can react only with one of Telegram's own emoji, such as 👍 👎 ❤ 🔥 🎉 😁 🤔 🙏 👀.",
            details={"argument": "emoji"},
        )
    given = [{"type": "emoji", "emoji": emoji}] if emoji else []
    await Bot(ctx).do("setMessageReaction", _named(params) | {"reaction": given})
    done = _done(params)
    reaction = SentMessage(
        contact=_chat(params),
        upstream_id=f"reaction:{ctx.call_token}",
        kind="reaction",
        text=emoji,
        reply_to=str(done.upstream_id),
        at=ctx.now(),
    )
    # Under an @name the inbox keeps no chat.
    return done if _chat(params).startswith("@") else dataclasses.replace(done, sent=[reaction])


def _named(which: Which) -> dict[str, Any]:
    return {"chat_id": chat_of(which.chat_id), "message_id": number_of(which.message_id, which.chat_id)}


def _done(which: Which, *, changed: bool = True) -> ToolResult:
    number = str(number_of(which.message_id, which.chat_id))
    key = message_key(_chat(which), number)
    return ToolResult(
        data=Done(chat_id=_chat(which), message_id=key, done=True, changed=changed), upstream_id=key
    )


def _chat(which: Which) -> str:
    """The chat's id as far as it is known without asking."""
    return which.message_id.rpartition(":")[0] or which.chat_id


async def _chat_id(bot: Bot, name: str) -> int:
    chat = await bot.ask("getChat", chat_id=name)
    if not isinstance(chat, dict) or type(chat.get("id")) is not int:
        raise PlatformUnavailable("Telegram's answer names no chat; try again in a minute.")
    return int(chat["id"])


WHICH = {"chat_id": "123456789", "message_id": "123456789:1"}
TOOLS = (
    Tool(
        name="telegram_edit_message",
        title="Edit Telegram message",
        description="Replace the text (or caption) and the buttons of a message the bot sent; buttons left "
        "out are removed. People see it as edited and are not notified. Doing it twice changes nothing "
        "more. To say something more use telegram_send_message.",
        params=EditMessage,
        output=Done,
        handler=edit_message,
        hints=UPDATE,
        redact=frozenset({"text", "buttons"}),
        example={**WHICH, "text": "Your order has arrived."},
    ),
    Tool(
        name="telegram_delete_message",
        title="Delete Telegram message",
        description="Delete a message for everybody, for good: the bot's own up to 48 hours old, or any one "
        "in a group or channel where the bot may delete. To correct one use telegram_edit_message.",
        params=Which,
        output=Done,
        handler=delete_message,
        hints=DELETE,
        example=WHICH,
    ),
    Tool(
        name="telegram_forward_message",
        title="Forward Telegram message",
        description="Send a message of one chat to another chat, with its author's name, or with copy as the "
        "bot's own. The bot must be in both chats. It is sent now. To write something new use "
        "telegram_send_message.",
        params=ForwardMessage,
        output=Sent,
        handler=forward_message,
        hints=SEND,
        example={"chat_id": "-1001000000001", "from_chat_id": "123456789", "message_id": "123456789:1"},
    ),
    Tool(
        name="telegram_pin_message",
        title="Pin Telegram message",
        description="Pin a message to the top of its chat, or unpin it. In groups and channels the bot must "
        "be an administrator with that right; members are notified unless silent. To answer a message use "
        "telegram_send_message with reply_to.",
        params=PinMessage,
        output=Done,
        handler=pin_message,
        hints=UPDATE,
        example=WHICH,
    ),
    Tool(
        name="telegram_react",
        title="React on Telegram",
        description="Put the bot's emoji on a message, replacing its earlier one, or take it back. Only "
        "Telegram's standard reactions; a group may allow fewer. To say something use telegram_send_message.",
        params=React,
        output=Done,
        handler=react,
        hints=UPDATE,
        example={**WHICH, "emoji": "👍"},
    ),
)
