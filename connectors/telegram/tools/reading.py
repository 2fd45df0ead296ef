"""Chats and messages as Hermes stores them: reading asks nothing of Telegram and uses nothing up."""

from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.params import Cursor, Limit, Since, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.outputs import Chats, Messages
from connectors.telegram.tools.common import ChatId, chat_in


class ListChats(Params, frozen=True, kw_only=True):
    """Which chats."""

    unread: (
        Annotated[bool, Meta(description="Only with (true) or without (false) unread messages.")] | None
    ) = None
    since: Since | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_chats(ctx: ToolContext, params: ListChats) -> ToolResult:
    """List chats."""
    page = await ctx.inbox.conversations(
        unread=params.unread,
        window_open=None,
        since=moment(params.since, "since"),
        limit=params.limit,
        cursor=params.cursor,
    )
    return ToolResult(data=page)


class GetMessages(Params, frozen=True, kw_only=True):
    """Which messages."""

    chat_id: ChatId
    since: Since | None = None
    before: Cursor | None = None
    limit: Limit = 20


async def get_messages(ctx: ToolContext, params: GetMessages) -> ToolResult:
    """Read one chat."""
    page = await ctx.inbox.search(
        "",
        contact=await stored_chat(ctx, params.chat_id),
        since=moment(params.since, "since"),
        until=None,
        direction=None,
        limit=params.limit,
        cursor=params.before,
    )
    return ToolResult(data=page)


async def stored_chat(ctx: ToolContext, given: str) -> str:
    """The chat's id, under which the inbox keeps it; Telegram is asked for that of an @name."""
    if not given.startswith("@"):
        return given
    return chat_in({"chat": await Bot(ctx).ask("getChat", chat_id=given)}, given)


TOOLS = (
    Tool(
        name="telegram_list_chats",
        title="List Telegram chats",
        description="List the chats the bot has talked in, newest first, each with chat id, name, unread "
        "count and last message. Start here to see who wrote; read one with telegram_get_messages. Marks "
        "nothing as read.",
        params=ListChats,
        output=Chats,
        handler=list_chats,
        hints=READ,
        core=True,
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at", "media", "window"}),
        example={"unread": True, "limit": 5},
    ),
    Tool(
        name="telegram_get_messages",
        title="Read Telegram messages",
        description="Read the messages of one chat, newest first, received and sent, button presses (kind "
        "callback) included. They come from Hermes' store: nothing is used up or marked as read, and "
        "nothing is older than the connection. To wait for new ones use telegram_wait_for_message.",
        params=GetMessages,
        output=Messages,
        handler=get_messages,
        hints=READ,
        core=True,
        detailed_only=frozenset({"edited_at"}),
        example={"chat_id": "123456789"},
    ),
)
