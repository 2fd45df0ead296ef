"""What the bot sees: servers, channels, messages."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from connectors.discord import reading
from connectors.discord.client import SERVERS, Discord, items
from connectors.discord.limits import PAGE
from connectors.discord.outputs import Channels, Message, Messages, OneMessage, Servers
from connectors.discord.snowflakes import PATTERN, ChannelId, MessageId, ServerId, is_id
from connectors.discord.tools.changing import MESSAGE
from connectors.discord.tools.sending import CHANNEL
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument, PlatformUnavailable

SERVER = "1096172334001844111"
_BORDER = Meta(
    min_length=15, max_length=20, pattern=PATTERN, description="Only one of before, after, around."
)


class ListServers(Params, frozen=True):
    """Which page."""

    limit: Limit = 50
    cursor: Cursor | None = None


async def list_servers(ctx: ToolContext, params: ListServers) -> ToolResult:
    """The servers the bot is in."""
    after = unpack(params.cursor, str) if params.cursor else ""
    asked = {"limit": str(params.limit), "with_counts": "true"} | ({"after": after} if is_id(after) else {})
    found = await Discord(ctx).many(SERVERS, asked)
    last = found[-1].get("id") if len(found) == params.limit else None
    page = Servers(
        servers=[reading.server(raw) for raw in found],
        untrusted=True,
        notice=NOTICE,
        next_cursor=pack(last) if is_id(last) else UNSET,
    )
    return ToolResult(data=page)


class ListChannels(Params, frozen=True):
    """Of which server."""

    server_id: ServerId
    type: (
        Annotated[
            Literal["text", "voice", "announcement", "stage", "forum", "media", "category"],
            Meta(description="Only channels of this type; forums and media channels hold threads only."),
        ]
        | None
    ) = None
    limit: Limit = 50
    cursor: Cursor | None = None


async def list_channels(ctx: ToolContext, params: ListChannels) -> ToolResult:
    """The channels of a server; Discord tells all at once."""
    begin = unpack(params.cursor, int) if params.cursor else 0
    raws = await Discord(ctx).many(f"guilds/{params.server_id}/channels")
    categories = {
        str(raw.get("id")): reading.text(raw.get("name"), reading.NAME_CHARS)
        for raw in raws
        if reading.channel_type(raw) == "category"
    }
    raws.sort(key=lambda raw: (reading.whole(raw.get("position")) or 0, str(raw.get("id"))))
    found = [raw for raw in raws if params.type in (None, reading.channel_type(raw))]
    end = max(begin, 0) + params.limit
    page = Channels(
        channels=[reading.channel(raw, categories) for raw in found[max(begin, 0) : end]],
        untrusted=True,
        notice=NOTICE,
        next_cursor=pack(end) if end < len(found) else UNSET,
    )
    return ToolResult(data=page)


class ListMessages(Params, frozen=True):
    """Of which channel, and around what."""

    channel_id: ChannelId
    before: Annotated[str, _BORDER] | None = None
    after: Annotated[str, _BORDER] | None = None
    around: Annotated[str, _BORDER] | None = None
    limit: Limit = 25
    cursor: Cursor | None = None


class _Border(msgspec.Struct, frozen=True):
    """Where a list of messages goes on."""

    way: Literal["before", "after"]
    message_id: str


async def list_messages(ctx: ToolContext, params: ListMessages) -> ToolResult:
    """The messages of a channel, newest first."""
    borders = {
        way: at
        for way, at in (("before", params.before), ("after", params.after), ("around", params.around))
        if at
    }
    if len(borders) > 1:
        raise InvalidArgument("Give only one of before, after and around.", details={"argument": "before"})
    if params.cursor:
        border = unpack(params.cursor, _Border)
        borders = {border.way: border.message_id} if is_id(border.message_id) else {}
    asked = {"limit": str(params.limit), **borders}
    raws = await Discord(ctx).many(f"channels/{params.channel_id}/messages", asked)
    found = sorted(reading.messages(raws), key=lambda m: int(m.message_id), reverse=True)
    page = Messages(
        messages=[_plain(message) for message in found],
        untrusted=True,
        notice=NOTICE,
        next_cursor=_next(found, params.limit, borders) or UNSET,
    )
    return ToolResult(data=page)


def _next(found: list[Message], limit: int, borders: dict[str, str]) -> str:
    if len(found) < min(limit, PAGE):
        return ""
    if "after" in borders:
        return pack(_Border("after", found[0].message_id))
    return pack(_Border("before", found[-1].message_id))


class GetMessage(Params, frozen=True):
    """Which message."""

    channel_id: ChannelId
    message_id: MessageId


async def get_message(ctx: ToolContext, params: GetMessage) -> ToolResult:
    """One message as it is now."""
    raw = await Discord(ctx).one(f"channels/{params.channel_id}/messages/{params.message_id}")
    if not is_id(raw.get("id")):
        raise PlatformUnavailable("Discord's answer cannot be read; try again in a minute.")
    told = OneMessage(message=reading.message(raw), untrusted=True, notice=NOTICE)
    return ToolResult(data=told, upstream_id=params.message_id)


def _plain(message: Message) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(message)
    return plain


def plain_messages(raws: list[Any]) -> list[dict[str, Any]]:
    """Messages as lists tell them."""
    return [_plain(message) for message in reading.messages(raws)]


def hits(answer: Any) -> list[Any]:
    """The messages of a search, which come one by one in lists."""
    groups = answer.get("messages")
    flat = (
        [raw for group in groups if isinstance(group, list) for raw in group]
        if isinstance(groups, list)
        else []
    )
    return items({"messages": flat}, "messages")


TOOLS = (
    Tool(
        name="discord_list_servers",
        title="List Discord servers",
        description="List the servers (guilds) the bot was invited to, with id, name and about how many "
        "members. "
        "Start here; go on with discord_list_channels. Others' servers cannot be seen.",
        params=ListServers,
        output=Servers,
        handler=list_servers,
        hints=READ,
        core=True,
        example={"limit": 10},
    ),
    Tool(
        name="discord_list_channels",
        title="List Discord channels",
        description="List the channels of a server in Discord's order, with type, topic and category; "
        "also those "
        "the bot may not read. Threads are not among them: discord_list_threads. Read a channel with "
        "discord_list_messages.",
        params=ListChannels,
        output=Channels,
        handler=list_channels,
        hints=READ,
        core=True,
        detailed_only=frozenset({"topic", "last_message_id"}),
        example={"server_id": SERVER, "type": "text"},
    ),
    Tool(
        name="discord_list_messages",
        title="Read Discord messages",
        description="Read messages of a channel, thread or direct channel live from Discord, newest "
        "first, or those "
        "before, after or around a message. Next page by cursor. Marks nothing as read. To find words use "
        "discord_search_messages; without the bot's Message Content Intent most texts are withheld.",
        params=ListMessages,
        output=Messages,
        handler=list_messages,
        hints=READ,
        core=True,
        detailed_only=frozenset({"embeds", "reactions", "mentions", "edited_at"}),
        example={"channel_id": CHANNEL, "limit": 5},
    ),
    Tool(
        name="discord_get_message",
        title="Get Discord message",
        description="Get one message as it is now, with attachments, embeds, reactions and the id of "
        "its thread: to "
        "see who reacted how often, whether it was edited, or what a reply answers. Many at once: "
        "discord_list_messages.",
        params=GetMessage,
        output=OneMessage,
        handler=get_message,
        hints=READ,
        example={"channel_id": CHANNEL, "message_id": MESSAGE},
    ),
)
