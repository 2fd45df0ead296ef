"""Conversations as Hermes stores them: reading asks nothing of Instagram and marks nothing as read."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from connectors.instagram import window
from connectors.instagram.inbound import POST as POST_THREAD
from connectors.instagram.outputs import Conversation, Conversations
from connectors.instagram.tools.sending import PERSON
from connectors.kit.context import ToolContext
from connectors.kit.params import Cursor, Limit, Since, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from hermes.core import clock


class ListConversations(Params, frozen=True, kw_only=True):
    """Which conversations."""

    unread: (
        Annotated[bool, Meta(description="Only with (true) or without (false) unread messages.")] | None
    ) = None
    since: Since | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_conversations(ctx: ToolContext, params: ListConversations) -> ToolResult:
    """List conversations."""
    page = await ctx.inbox.conversations(
        unread=params.unread,
        window_open=None,
        since=moment(params.since, "since"),
        limit=params.limit,
        cursor=params.cursor,
    )
    return ToolResult(data=page)


class GetConversation(Params, frozen=True, kw_only=True):
    """Whose conversation."""

    contact: Annotated[
        str,
        Meta(
            max_length=40,
            pattern=rf"^({POST_THREAD})?[0-9]{{1,30}}$",
            description="`contact` of instagram_list_conversations: a person's id, or post:<media id> for "
            "what came in under a post.",
        ),
    ]
    before: Cursor | None = None
    limit: Limit = 20


async def get_conversation(ctx: ToolContext, params: GetConversation) -> ToolResult:
    """Read one conversation; files get links."""
    told = await ctx.inbox.conversation(
        params.contact, before=params.before, limit=params.limit, include_status=False
    )
    until = window.human_agent_until(told.get("window") or {})
    if until is not None and not params.contact.startswith(POST_THREAD):
        told["window"] = {**told["window"], "human_agent_until": clock.iso(until)}
    for message in told.get("messages") or ():
        media = message.get("media")
        if isinstance(media, Mapping) and media.get("id"):
            message["media"] = {**media, "url": ctx.files.link(media).url}
    return ToolResult(data=told)


TOOLS = (
    Tool(
        name="instagram_list_conversations",
        title="List Instagram conversations",
        description="List the conversations of the account, newest first: with people (contact is their id) "
        "and what was written under posts (contact post:<media id>), each with unread count, last message "
        "and 24-hour window; marks nothing as read. Read one: "
        "instagram_get_conversation.",
        params=ListConversations,
        output=Conversations,
        handler=list_conversations,
        hints=READ,
        core=True,
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at", "media"}),
        example={"unread": True, "limit": 5},
    ),
    Tool(
        name="instagram_get_conversation",
        title="Read Instagram conversation",
        description="Read the messages with one person, newest first, whether the 24-hour window to write "
        "to them is open and until when a person may still answer; go on with instagram_send_dm. Marks "
        "nothing as read; what came before the account was connected is not there.",
        params=GetConversation,
        output=Conversation,
        handler=get_conversation,
        hints=READ,
        redact=frozenset({"contact"}),
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at"}),
        example={"contact": PERSON},
    ),
)
