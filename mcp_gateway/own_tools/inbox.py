"""The conversations of all channels in one list; reading asks no platform and marks nothing as read."""

import dataclasses
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.params import Cursor, Limit, Since, moment
from connectors.kit.tool import READ, Output, Params, ToolResult
from mcp_gateway.own_tools.context import OwnContext, own_tool

_STORED = dataclasses.replace(READ, open_world=False)
_ROUGHLY_A_NAME = Annotated[str, Meta(min_length=1, max_length=80)]
Channels = Annotated[
    list[_ROUGHLY_A_NAME],
    Meta(
        min_length=1,
        max_length=20,
        description="Only these platforms, account labels or ids (hermes_list_connections).",
    ),
]


# What the reader answers is told by kind here, not member by member: lists of tools must stay short.
class Threads(Output, frozen=True, kw_only=True):
    """`CustomerReader.threads`."""

    threads: Annotated[
        list[dict[str, Any]],
        Meta(
            description="id (thread_id), platform, account, contact, contact_name, unread, last_at, window "
            "{open, closes_at}, last_message."
        ),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class Thread(Output, frozen=True, kw_only=True):
    """`CustomerReader.thread`."""

    thread: dict[str, Any]
    messages: Annotated[
        list[dict[str, Any]],
        Meta(description="message_id, direction (in, out), kind, at, text, media, data, reply_to, status."),
    ]
    notice: str | None = None
    next_cursor: Annotated[str, Meta(description="Pass as `before`.")] | None = None


class Contacts(Output, frozen=True, kw_only=True):
    """`CustomerReader.people`."""

    contacts: Annotated[
        list[dict[str, Any]],
        Meta(
            description="thread_id, platform, account, contact, contact_name, contact_phone, last_at, window."
        ),
    ]
    notice: str | None = None
    next_cursor: str | None = None


class Inbox(Params, frozen=True):
    """Which conversations."""

    channels: Channels | None = None
    unread: Annotated[bool, Meta(description="With (true) or without (false) unread ones.")] | None = None
    needs_reply: (
        Annotated[bool, Meta(description="The contact wrote last (true), or not (false).")] | None
    ) = None
    since: Since | None = None
    q: (
        Annotated[
            str,
            Meta(
                min_length=1, max_length=200, description="Words of a message, or a contact's name or number."
            ),
        ]
        | None
    ) = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def read_inbox(ctx: OwnContext, params: Inbox) -> ToolResult:
    """List conversations of all channels."""
    page = await ctx.whole_inbox.threads(
        channels=params.channels,
        unread=params.unread,
        needs_reply=params.needs_reply,
        since=moment(params.since, "since"),
        q=params.q,
        limit=params.limit,
        cursor=params.cursor,
    )
    return ToolResult(data=page)


class GetThread(Params, frozen=True):
    """Which conversation."""

    thread_id: Annotated[str, Meta(max_length=40, description="`id` of a thread in hermes_inbox (thr_...).")]
    before: Cursor | None = None
    include_status: Annotated[bool, Meta(description="Add the delivery timeline of sent messages.")] = False
    limit: Limit = 20


async def get_thread(ctx: OwnContext, params: GetThread) -> ToolResult:
    """Read one conversation."""
    return ToolResult(
        data=await ctx.whole_inbox.thread(
            params.thread_id,
            before=params.before,
            limit=params.limit,
            include_status=params.include_status,
        )
    )


class SearchContacts(Params, frozen=True):
    """Who."""

    q: Annotated[
        str, Meta(min_length=1, max_length=120, description="Part of a name, phone number or platform id.")
    ]
    channels: Channels | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def search_contacts(ctx: OwnContext, params: SearchContacts) -> ToolResult:
    """Find people."""
    page = await ctx.whole_inbox.people(
        params.q, channels=params.channels, limit=params.limit, cursor=params.cursor
    )
    told = {name: value for name, value in page.items() if name != "threads"}
    contacts = [{"thread_id": thread.pop("id"), **thread} for thread in page["threads"]]
    return ToolResult(data={"contacts": contacts, **told})


TOOLS = (
    own_tool(
        name="hermes_inbox",
        title="Read the inbox",
        description="List the conversations of all channels together, newest first, each with its last "
        "message. Start here to see who wrote or waits for an answer (needs_reply); read one with "
        "hermes_get_thread, answer with hermes_send. Marks nothing as read.",
        params=Inbox,
        output=Threads,
        handler=read_inbox,
        hints=_STORED,
        core=True,
        redact=frozenset({"q"}),
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at", "media"}),
        example={"unread": True, "limit": 5},
    ),
    own_tool(
        name="hermes_get_thread",
        title="Read a conversation",
        description="Read the messages of one conversation of any channel, newest first, and until when a "
        "free-form answer is possible (window). Marks nothing as read. Answer with hermes_send.",
        params=GetThread,
        output=Thread,
        handler=get_thread,
        hints=_STORED,
        core=True,
        detailed_only=frozenset({"last_in_at", "reactions", "edited_at"}),
        example={"thread_id": "thr_01KAN8Z3J5V7Q2M4R6T8W0X1Y2"},
    ),
    own_tool(
        name="hermes_search_contacts",
        title="Find a contact",
        description="Find people the customer has written with on any channel by name, number or id; "
        "gives the thread_id that hermes_send and hermes_get_thread take. Searches no platform's directory.",
        params=SearchContacts,
        output=Contacts,
        handler=search_contacts,
        hints=_STORED,
        redact=frozenset({"q"}),
        detailed_only=frozenset({"last_in_at"}),
        example={"q": "Ada"},
    ),
)
