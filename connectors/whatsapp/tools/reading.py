"""Conversations as Hermes stores them: reading asks nothing of WhatsApp and marks nothing as read."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.params import Cursor, Limit, Since, Until, moment
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.whatsapp import recipients
from connectors.whatsapp.errors import decoded
from connectors.whatsapp.outputs import Conversation, Conversations, FoundMessages, MessageStatus
from connectors.whatsapp.tools.common import WAMID, MessageId

Contact = Annotated[
    str,
    Meta(min_length=3, max_length=150, description="Phone number (+14155550123) or user id (US.134...)."),
]


class ListConversations(Params, frozen=True):
    """Which conversations."""

    unread: Annotated[bool, Meta(description="With (true) or without (false) unread ones.")] | None = None
    window_open: (
        Annotated[bool, Meta(description="The 24-hour window is open (true) or not (false).")] | None
    ) = None
    since: Since | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_conversations(ctx: ToolContext, params: ListConversations) -> ToolResult:
    """List conversations."""
    page = await ctx.inbox.conversations(
        unread=params.unread,
        window_open=params.window_open,
        since=moment(params.since, "since"),
        limit=params.limit,
        cursor=params.cursor,
    )
    return ToolResult(data=page)


class GetConversation(Params, frozen=True):
    """Whose conversation."""

    contact: Contact
    before: Cursor | None = None
    include_status: Annotated[bool, Meta(description="Add the delivery timeline of sent messages.")] = False
    limit: Limit = 20


async def get_conversation(ctx: ToolContext, params: GetConversation) -> ToolResult:
    """Read one conversation."""
    return ToolResult(
        data=await ctx.inbox.conversation(
            recipients.parse(params.contact, "contact").contact,
            before=params.before,
            limit=params.limit,
            include_status=params.include_status,
        )
    )


class SearchMessages(Params, frozen=True):
    """What to look for."""

    query: Annotated[str, Meta(min_length=1, max_length=200, description="Words the text must all contain.")]
    contact: Contact | None = None
    since: Since | None = None
    until: Until | None = None
    direction: (
        Annotated[Literal["in", "out"], Meta(description="in: from contacts; out: from the business.")] | None
    ) = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def search_messages(ctx: ToolContext, params: SearchMessages) -> ToolResult:
    """Search stored messages."""
    page = await ctx.inbox.search(
        params.query,
        contact=recipients.parse(params.contact, "contact").contact if params.contact else None,
        since=moment(params.since, "since"),
        until=moment(params.until, "until"),
        direction=params.direction,
        limit=params.limit,
        cursor=params.cursor,
    )
    return ToolResult(data=page)


class GetMessageStatus(Params, frozen=True):
    """Which message."""

    message_id: MessageId


async def get_message_status(ctx: ToolContext, params: GetMessageStatus) -> ToolResult:
    """Tell how far a message is and why it failed."""
    message = await ctx.inbox.message(params.message_id)
    timeline = [_step(step) for step in message.get("statuses") or ()]
    return ToolResult(
        data=MessageStatus(
            message_id=message.get("message_id") or params.message_id,
            contact=message.get("contact") or None,
            direction=message.get("direction") or "out",
            status=message.get("status") or "received",
            timeline=timeline,
        )
    )


def _step(step: dict[str, Any]) -> dict[str, Any]:
    error = step.get("error")
    return {**step, "error": decoded(error)} if isinstance(error, dict) else step


TOOLS = (
    Tool(
        name="whatsapp_list_conversations",
        title="List WhatsApp conversations",
        description="List the conversations of the connected number, newest first, each with contact, unread "
        "count, last message and 24-hour window. Start here to see who wrote; read one with "
        "whatsapp_get_conversation. Marks nothing as read.",
        params=ListConversations,
        output=Conversations,
        handler=list_conversations,
        hints=READ,
        core=True,
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at", "media"}),
        example={"unread": True, "limit": 5},
    ),
    Tool(
        name="whatsapp_get_conversation",
        title="Read WhatsApp conversation",
        description="Read the messages with one contact, newest first, and until when the 24-hour window "
        "is open. Marks nothing as read (whatsapp_mark_read does).",
        params=GetConversation,
        output=Conversation,
        handler=get_conversation,
        hints=READ,
        core=True,
        redact=frozenset({"contact"}),
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at"}),
        example={"contact": "+14155550123"},
    ),
    Tool(
        name="whatsapp_search_messages",
        title="Search WhatsApp messages",
        description="Find stored messages by words over all conversations or one contact's, newest first. A "
        "page may be short or empty and still have a next_cursor: go on with it. Read around one with "
        "whatsapp_get_conversation.",
        params=SearchMessages,
        output=FoundMessages,
        handler=search_messages,
        hints=READ,
        redact=frozenset({"query", "contact"}),
        detailed_only=frozenset({"reactions", "edited_at"}),
        example={"query": "invoice"},
    ),
    Tool(
        name="whatsapp_get_message_status",
        title="Check WhatsApp delivery",
        description="Tell how far a sent message is (accepted, sent, delivered, read, played, failed), "
        "when, and, if it failed, why and what to do. Use it after a send: WhatsApp often accepts first "
        "and refuses later. Answers: whatsapp_get_conversation.",
        params=GetMessageStatus,
        output=MessageStatus,
        handler=get_message_status,
        hints=READ,
        core=True,
        example={"message_id": WAMID},
    ),
)
