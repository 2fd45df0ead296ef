"""New messages: in a channel, or to one person."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.discord import composing, reading
from connectors.discord.client import Discord, Json
from connectors.discord.composing import Content, Embeds, Files, Mentions
from connectors.discord.outputs import Sent
from connectors.discord.snowflakes import PATTERN, ChannelId, UserId, moment_of
from connectors.discord.steps import not_sent
from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, Params, SentMessage, Tool, ToolResult
from hermes.core import clock
from hermes.core.errors import HermesError, InvalidArgument, OutcomeUnknown

CHANNEL = "1096172334001844290"
USER = "1096172334001844777"
ReplyTo = Annotated[
    str,
    Meta(
        min_length=15,
        max_length=20,
        pattern=PATTERN,
        description="Message of this channel to answer.",
    ),
]


class SendMessage(Params, frozen=True):
    """A message in a channel."""

    channel_id: ChannelId
    content: Content | None = None
    embeds: Embeds | None = None
    files: Files | None = None
    reply_to: ReplyTo | None = None
    allow_mentions: Mentions | None = None


async def send_message(ctx: ToolContext, params: SendMessage) -> ToolResult:
    """Send a message to a channel, thread or direct channel."""
    if not (params.content or params.embeds or params.files):
        raise InvalidArgument("Give 'content', 'embeds' or 'files'.", details={"argument": "content"})
    discord = Discord(ctx)
    body = composing.body_of(
        discord,
        params.content,
        embeds=params.embeds,
        reply_to=params.reply_to,
        mentions=params.allow_mentions,
    )
    parts = await composing.parts_of(discord, body, params.files) if params.files else None
    made = await discord.made("POST", f"channels/{params.channel_id}/messages", body, parts=parts)
    return sent(
        made, params.channel_id, params.content or "", params.allow_mentions, reply_to=params.reply_to
    )


class SendDm(Params, frozen=True):
    """A message to one person."""

    user_id: UserId
    content: Content


async def send_dm(ctx: ToolContext, params: SendDm) -> ToolResult:
    """Open the direct channel with a user, then send."""
    discord = Discord(ctx)
    channel = await _opened(discord, params.user_id)
    channel_id = str(channel["id"])
    body = composing.body_of(discord, params.content)
    try:
        made = await discord.made("POST", f"channels/{channel_id}/messages", body)
    except HermesError as failure:
        raise not_sent(failure, "direct channel", channel_id) from None
    people = [reading.person(p)["name"] for p in channel.get("recipients") or () if isinstance(p, dict)]
    return sent(made, channel_id, params.content, None, contact_name=", ".join(people))


async def _opened(discord: Discord, user_id: str) -> Json:
    try:
        return await discord.made("POST", "users/@me/channels", {"recipient_id": user_id})
    except OutcomeUnknown:
        raise OutcomeUnknown(
            "Discord did not say whether the direct channel is open, so nothing was sent there; "
            "sending again does no harm."
        ) from None


def sent(
    made: Json,
    channel_id: str,
    content: str,
    mentions: list[Any] | None,
    *,
    reply_to: str | None = None,
    contact_name: str = "",
) -> ToolResult:
    """The result of a send: what the agent sees and what the inbox files."""
    message_id = str(made["id"])
    at = moment_of(message_id)
    files = [reading.attachment(a) for a in made.get("attachments") or () if isinstance(a, dict)]
    return ToolResult(
        data=Sent(message_id=message_id, channel_id=channel_id, at=clock.iso(at), notified=bool(mentions)),
        upstream_id=message_id,
        sent=[
            SentMessage(
                contact=channel_id,
                contact_name=contact_name,
                upstream_id=message_id,
                kind="text" if content or not files else "document",
                text=content,
                reply_to=reply_to or "",
                media=files[0] if files else None,
                at=at,
            )
        ],
    )


TOOLS = (
    Tool(
        name="discord_send_message",
        title="Send Discord message",
        description="Send a message as the bot to a channel, thread or direct channel: text, embeds, "
        "files, or "
        "several of them. Everybody who sees the channel sees it. Nobody is notified by mentions unless "
        "allow_mentions says so. To write to a person first use discord_send_dm; to begin a thread, "
        "discord_create_thread.",
        params=SendMessage,
        output=Sent,
        handler=send_message,
        hints=SEND,
        core=True,
        redact=frozenset({"content", "embeds", "files"}),
        example={"channel_id": CHANNEL, "content": "The build is green."},
    ),
    Tool(
        name="discord_send_dm",
        title="Send Discord direct message",
        description="Write to one person privately: opens the direct channel with the user, then sends. "
        "Works "
        "only with people who share a server with the bot and take its messages, else recipient_unreachable. "
        "Returns the channel_id, by which answers are read with discord_list_messages and come into the "
        "inbox.",
        params=SendDm,
        output=Sent,
        handler=send_dm,
        hints=SEND,
        redact=frozenset({"content"}),
        example={"user_id": USER, "content": "Your ticket is solved."},
    ),
)
