"""Threads: begun on a message, in a channel or as a post of a forum; and those there are."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta

from connectors.discord import composing, reading
from connectors.discord.client import Discord, Json, items, member
from connectors.discord.composing import Content
from connectors.discord.limits import PAGE, THREAD_NAME_CHARS
from connectors.discord.outputs import MadeThread, Threads
from connectors.discord.snowflakes import ChannelId, MessageId, ServerId, is_id, moment_of
from connectors.discord.steps import not_sent
from connectors.discord.tools.changing import MESSAGE
from connectors.discord.tools.reading import SERVER
from connectors.discord.tools.sending import CHANNEL
from connectors.kit.context import ToolContext
from connectors.kit.conversations import NOTICE
from connectors.kit.cursors import pack, unpack
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, SEND, Params, SentMessage, Tool, ToolResult
from hermes.core.errors import HermesError, InvalidArgument

PUBLIC_THREAD = 11
ANNOUNCEMENT, ANNOUNCEMENT_THREAD = "announcement", 10


class CreateThread(Params, frozen=True):
    """Where, and what about."""

    channel_id: ChannelId
    name: Annotated[
        str, Meta(min_length=1, max_length=THREAD_NAME_CHARS, description="Title, up to 100 characters.")
    ]
    message_id: MessageId | None = None
    content: Content | None = None
    auto_archive: (
        Annotated[
            Literal[60, 1440, 4320, 10080], Meta(description="Minutes of silence after which it is archived.")
        ]
        | None
    ) = None


async def create_thread(ctx: ToolContext, params: CreateThread) -> ToolResult:
    """Begin a thread, then say the first word in it."""
    discord = Discord(ctx)
    opening: dict[str, Any] = {"name": params.name}
    if params.auto_archive:
        opening["auto_archive_duration"] = params.auto_archive
    if params.message_id:
        place = f"channels/{params.channel_id}/messages/{params.message_id}/threads"
        thread = await discord.made("POST", place, opening)
        return await _with_first_word(discord, thread, params)
    kind = reading.channel_type(await discord.one(f"channels/{params.channel_id}"))
    if kind in ("forum", "media"):
        return await _post(discord, params, opening)
    opening["type"] = ANNOUNCEMENT_THREAD if kind == ANNOUNCEMENT else PUBLIC_THREAD
    thread = await discord.made("POST", f"channels/{params.channel_id}/threads", opening)
    return await _with_first_word(discord, thread, params)


async def _post(discord: Discord, params: CreateThread, opening: dict[str, Any]) -> ToolResult:
    """A forum's thread is made together with its first message."""
    if not params.content:
        raise InvalidArgument(
            "A post in a forum needs 'content', its first message.", details={"argument": "content"}
        )
    opening["message"] = {"content": params.content, "allowed_mentions": composing.allowed(None)}
    thread = await discord.made("POST", f"channels/{params.channel_id}/threads", opening)
    first = member(thread, "message").get("id")
    return _made(thread, params, str(first) if is_id(first) else str(thread["id"]))


async def _with_first_word(discord: Discord, thread: Json, params: CreateThread) -> ToolResult:
    if not params.content:
        return _made(thread, params, None)
    thread_id = str(thread["id"])
    body = composing.body_of(discord, params.content)
    try:
        message = await discord.made("POST", f"channels/{thread_id}/messages", body)
    except HermesError as failure:
        raise not_sent(failure, "thread", thread_id) from None
    return _made(thread, params, str(message["id"]))


def _made(thread: Json, params: CreateThread, message_id: str | None) -> ToolResult:
    thread_id = str(thread["id"])
    told = MadeThread(
        thread_id=thread_id,
        channel_id=params.channel_id,
        name=params.name,
        message_id=message_id or UNSET,
    )
    sent = []
    if message_id:
        sent.append(
            SentMessage(
                contact=thread_id,
                contact_name=params.name,
                upstream_id=message_id,
                kind="text",
                text=params.content or "",
                at=moment_of(message_id),
            )
        )
    return ToolResult(data=told, upstream_id=thread_id, sent=sent)


class ListThreads(Params, frozen=True):
    """Of a server, or of a channel."""

    server_id: ServerId | None = None
    channel_id: ChannelId | None = None
    archived: Annotated[
        bool, Meta(description="The archived public threads of channel_id instead of the active ones.")
    ] = False
    limit: Limit = 25
    cursor: Cursor | None = None


async def list_threads(ctx: ToolContext, params: ListThreads) -> ToolResult:
    """The active threads of a server or channel, or the archived ones of a channel."""
    if params.archived and not params.channel_id:
        raise InvalidArgument(
            "Archived threads are listed by 'channel_id'.", details={"argument": "channel_id"}
        )
    if not (params.server_id or params.channel_id):
        raise InvalidArgument("Give 'server_id' or 'channel_id'.", details={"argument": "server_id"})
    discord = Discord(ctx)
    page = await (_archived if params.archived else _active)(discord, params)
    return ToolResult(data=page)


async def _active(discord: Discord, params: ListThreads) -> Threads:
    """Discord tells all active threads of a server at once."""
    begin = max(unpack(params.cursor, int), 0) if params.cursor else 0
    server_id = params.server_id
    if server_id is None:
        told = (await discord.one(f"channels/{params.channel_id}")).get("guild_id")
        if not is_id(told):
            raise InvalidArgument(
                "Only channels of a server have threads.", details={"argument": "channel_id"}
            )
        server_id = str(told)
    raws = items(await discord.one(f"guilds/{server_id}/threads/active"), "threads")
    found = [
        raw for raw in raws if params.channel_id in (None, raw.get("parent_id")) and is_id(raw.get("id"))
    ]
    found.sort(key=lambda raw: int(raw["id"]), reverse=True)
    end = begin + params.limit
    return _page(found[begin:end], pack(end) if end < len(found) else "")


async def _archived(discord: Discord, params: ListThreads) -> Threads:
    before = reading.instant(unpack(params.cursor, str)) if params.cursor else ""
    # Discord takes no limit below 2.
    asked = {"limit": str(max(params.limit, 2))} | ({"before": before} if before else {})
    answer = await discord.one(f"channels/{params.channel_id}/threads/archived/public", asked)
    found = items(answer, "threads")[: min(params.limit, PAGE)]
    has_more = answer.get("has_more") is True or len(items(answer, "threads")) > len(found)
    last = member(found[-1], "thread_metadata").get("archive_timestamp") if found else None
    return _page(found, pack(last) if has_more and isinstance(last, str) else "")


def _page(found: list[Json], after: str) -> Threads:
    return Threads(
        threads=[reading.thread(raw) for raw in found],
        untrusted=True,
        notice=NOTICE,
        next_cursor=after or UNSET,
    )


TOOLS = (
    Tool(
        name="discord_create_thread",
        title="Create Discord thread",
        description="Begin a public thread: on a message (message_id), in a channel, or as a post of a "
        "forum, which "
        "needs content. With content its first message is sent too, notifying nobody; if only that "
        "fails, the "
        "answer names the thread. Write on with discord_send_message, the thread_id as channel_id.",
        params=CreateThread,
        output=MadeThread,
        handler=create_thread,
        hints=SEND,
        redact=frozenset({"content"}),
        example={"channel_id": CHANNEL, "message_id": MESSAGE, "name": "Release 1.4"},
    ),
    Tool(
        name="discord_list_threads",
        title="List Discord threads",
        description="List the active threads of a server or channel, newest first, or with archived the "
        "archived "
        "public ones of a channel. Read a thread with discord_list_messages, its thread_id as "
        "channel_id. Private "
        "threads appear only while active and if the bot was added.",
        params=ListThreads,
        output=Threads,
        handler=list_threads,
        hints=READ,
        example={"server_id": SERVER},
    ),
)
