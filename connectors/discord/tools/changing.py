"""Messages that are there: edited, deleted, reacted to, pinned."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.discord import composing
from connectors.discord.client import Discord
from connectors.discord.composing import Content, Embeds, Mentions
from connectors.discord.emoji import Emoji, step
from connectors.discord.outputs import Done
from connectors.discord.snowflakes import ChannelId, MessageId
from connectors.discord.tools.sending import CHANNEL
from connectors.kit.context import ToolContext
from connectors.kit.tool import DELETE, UPDATE, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument

MESSAGE = "1096172334001844295"


class EditMessage(Params, frozen=True):
    """What the message says from now on."""

    channel_id: ChannelId
    message_id: MessageId
    content: Content | None = None
    embeds: Embeds | None = None
    allow_mentions: Mentions | None = None


async def edit_message(ctx: ToolContext, params: EditMessage) -> ToolResult:
    """Replace the text or the embeds of a message of the bot's."""
    if params.content is None and params.embeds is None:
        raise InvalidArgument("Give 'content' or 'embeds'.", details={"argument": "content"})
    body: dict[str, Any] = {"allowed_mentions": composing.allowed(params.allow_mentions)}
    if params.content is not None:
        body["content"] = params.content
    if params.embeds is not None:
        body["embeds"] = composing.embeds_of(params.embeds)
    await Discord(ctx).made("PATCH", f"channels/{params.channel_id}/messages/{params.message_id}", body)
    return _done(params)


class DeleteMessage(Params, frozen=True):
    """Which message."""

    channel_id: ChannelId
    message_id: MessageId


async def delete_message(ctx: ToolContext, params: DeleteMessage) -> ToolResult:
    """Delete a message."""
    await Discord(ctx).change("DELETE", f"channels/{params.channel_id}/messages/{params.message_id}")
    return _done(params)


class React(Params, frozen=True):
    """An emoji on a message."""

    channel_id: ChannelId
    message_id: MessageId
    emoji: Emoji
    remove: Annotated[bool, Meta(description="Take the bot's reaction back instead.")] = False


async def react(ctx: ToolContext, params: React) -> ToolResult:
    """Add or remove the bot's reaction."""
    place = f"channels/{params.channel_id}/messages/{params.message_id}/reactions/{step(params.emoji)}/@me"
    await Discord(ctx).change("DELETE" if params.remove else "PUT", place)
    return _done(params)


class PinMessage(Params, frozen=True):
    """A message that stays at hand."""

    channel_id: ChannelId
    message_id: MessageId
    unpin: Annotated[bool, Meta(description="Take it off the pinned messages instead.")] = False


async def pin_message(ctx: ToolContext, params: PinMessage) -> ToolResult:
    """Pin or unpin a message."""
    place = f"channels/{params.channel_id}/messages/pins/{params.message_id}"
    await Discord(ctx).change("DELETE" if params.unpin else "PUT", place)
    return _done(params)


def _done(params: EditMessage | DeleteMessage | React | PinMessage) -> ToolResult:
    done = Done(channel_id=params.channel_id, message_id=params.message_id, done=True)
    return ToolResult(data=done, upstream_id=params.message_id)


_PLACE = {"channel_id": CHANNEL, "message_id": MESSAGE}
TOOLS = (
    Tool(
        name="discord_edit_message",
        title="Edit Discord message",
        description="Replace the text or the embeds of a message the bot itself sent; what is not given "
        "stays. "
        "Readers see it as edited, nobody is notified anew. Other people's messages cannot be edited. To "
        "add something use discord_send_message.",
        params=EditMessage,
        output=Done,
        handler=edit_message,
        hints=UPDATE,
        redact=frozenset({"content", "embeds"}),
        example={**_PLACE, "content": "The build is green again."},
    ),
    Tool(
        name="discord_delete_message",
        title="Delete Discord message",
        description="Delete a message for everybody, for good: one of the bot's own, or anybody's where "
        "the bot "
        "has Manage Messages. To correct a message use discord_edit_message instead.",
        params=DeleteMessage,
        output=Done,
        handler=delete_message,
        hints=DELETE,
        example=_PLACE,
    ),
    Tool(
        name="discord_react",
        title="React on Discord",
        description="Put an emoji of the bot's on a message, or take it back with remove. Needs Read Message "
        "History and Add Reactions. A quiet way to acknowledge; to say more use discord_send_message "
        "with reply_to.",
        params=React,
        output=Done,
        handler=react,
        hints=UPDATE,
        example={**_PLACE, "emoji": "👍"},
    ),
    Tool(
        name="discord_pin_message",
        title="Pin Discord message",
        description="Pin a message in its channel, or unpin it with unpin. Needs the permission Pin "
        "Messages; "
        "Discord posts a notice about each new pin, and a channel holds 250. Everybody in the channel "
        "sees it. To mark one quietly use discord_react.",
        params=PinMessage,
        output=Done,
        handler=pin_message,
        hints=UPDATE,
        example=_PLACE,
    ),
)
