"""Finding messages: by Discord's index of a server, or by looking through a direct channel."""

from typing import Annotated

from msgspec import UNSET, Meta

from connectors.discord import reading
from connectors.discord.client import Discord, Json
from connectors.discord.limits import PAGE, SEARCH_LAST, SEARCH_PAGE
from connectors.discord.outputs import FoundMessages
from connectors.discord.snowflakes import ChannelId, ServerId, UserId, is_id
from connectors.discord.tools.reading import SERVER, hits, plain_messages
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.params import Cursor
from connectors.kit.tool import READ, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument

SCANNED_PAGES = 5


class SearchMessages(Params, frozen=True):
    """What to look for, and where."""

    server_id: ServerId | None = None
    channel_id: ChannelId | None = None
    query: Annotated[str, Meta(min_length=1, max_length=1024, description="Words of the text.")] | None = None
    author_id: UserId | None = None
    limit: Annotated[int, Meta(ge=1, le=SEARCH_PAGE, description="How many to return, 1-25.")] = SEARCH_PAGE
    cursor: Cursor | None = None


async def search_messages(ctx: ToolContext, params: SearchMessages) -> ToolResult:
    """Search a server or one of its channels by Discord's index; a direct channel by its newest messages."""
    if not (params.server_id or params.channel_id):
        raise InvalidArgument("Give 'server_id' or 'channel_id'.", details={"argument": "server_id"})
    if not (params.query or params.author_id):
        raise InvalidArgument("Give 'query' or 'author_id'.", details={"argument": "query"})
    discord, server_id = Discord(ctx), params.server_id
    if server_id is None:
        channel = await discord.one(f"channels/{params.channel_id}")
        server_id = str(channel["guild_id"]) if is_id(channel.get("guild_id")) else None
    if server_id is None:
        return ToolResult(data=await _looked_through(discord, params))
    return ToolResult(data=await _from_index(discord, server_id, params))


async def _from_index(discord: Discord, server_id: str, params: SearchMessages) -> FoundMessages:
    begin = min(max(unpack(params.cursor, int), 0), SEARCH_LAST) if params.cursor else 0
    asked = {"limit": str(params.limit), "sort_by": "timestamp", "sort_order": "desc"}
    given = {
        "content": params.query,
        "author_id": params.author_id,
        "channel_id": params.channel_id,
        "offset": str(begin) if begin else None,
    }
    asked |= {name: value for name, value in given.items() if value}
    answer = await discord.one(f"guilds/{server_id}/messages/search", asked)
    found, total, end = hits(answer), reading.whole(answer.get("total_results")), begin + params.limit
    is_last = not found or end > SEARCH_LAST or (total is not None and end >= total)
    return FoundMessages(
        messages=plain_messages(found),
        total=UNSET if total is None else total,
        complete=answer.get("doing_deep_historical_index") is not True,
        untrusted=True,
        notice=NOTICE,
        next_cursor=UNSET if is_last else pack(end),
    )


async def _looked_through(discord: Discord, params: SearchMessages) -> FoundMessages:
    """Direct channels have no index for bots: their newest 500 messages are read from a border on."""
    border = unpack(params.cursor, str) if params.cursor else ""
    found: list[Json] = []
    is_end = False
    for _ in range(SCANNED_PAGES):
        asked = {"limit": str(PAGE)} | ({"before": border} if is_id(border) else {})
        page = await discord.many(f"channels/{params.channel_id}/messages", asked)
        page = [raw for raw in page if is_id(raw.get("id"))]
        for raw in page:
            border = str(raw["id"])
            if _fits(raw, params):
                found.append(raw)
                if len(found) == params.limit:
                    break
        is_end = len(page) < PAGE
        if is_end or len(found) == params.limit:
            break
    is_all = is_end and len(found) < params.limit
    return FoundMessages(
        messages=plain_messages(found),
        complete=is_all,
        untrusted=True,
        notice=NOTICE,
        next_cursor=UNSET if is_all or not border else pack(border),
    )


def _fits(raw: Json, params: SearchMessages) -> bool:
    author, content = raw.get("author"), raw.get("content")
    is_by = not params.author_id or (isinstance(author, dict) and author.get("id") == params.author_id)
    words = (params.query or "").casefold().split()
    text = content.casefold() if isinstance(content, str) else ""
    return is_by and all(word in text for word in words)


TOOLS = (
    Tool(
        name="discord_search_messages",
        title="Search Discord messages",
        description="Find messages by words, by author or both, newest first: in a whole server or one "
        "channel by "
        "Discord's own index (the bot needs Read Message History and, for words, Message Content "
        "Intent), in a "
        "direct channel by looking through its newest 500. A search that is not complete says so. Without "
        "a query read discord_list_messages.",
        params=SearchMessages,
        output=FoundMessages,
        handler=search_messages,
        hints=READ,
        redact=frozenset({"query"}),
        detailed_only=frozenset({"embeds", "reactions", "mentions", "edited_at"}),
        example={"server_id": SERVER, "query": "release"},
    ),
)
