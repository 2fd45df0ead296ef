"""Waiting for what happens in the inbox, without asking again and again."""

import dataclasses
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from connectors.kit.conversations import NOTICE
from connectors.kit.tool import READ, Output, Params, ToolResult
from inbox.events import TYPES, EventType
from inbox.waiting import LIMIT_EVENTS, LIMIT_S
from mcp_gateway.own_tools.context import OwnContext, own_tool


class WaitForEvents(Params, frozen=True):
    """What is waited for, since when and how long."""

    types: (
        Annotated[
            list[EventType],
            Meta(
                min_length=1,
                max_length=len(TYPES),
                description="Only these; all where left out. Take message.received to wait for an answer, "
                "or else the delivery statuses of your own messages end the wait.",
            ),
        ]
        | None
    ) = None
    from_cursor: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=512,
                description="`next_cursor` of the call before: nothing is missed. Left out: from now on.",
            ),
        ]
        | None
    ) = None
    timeout: Annotated[
        int, Meta(ge=0, le=int(LIMIT_S), description="Seconds to wait at most; 0 only looks.")
    ] = 30


# What an event holds is told by kind here, not member by member: lists of tools must stay short.
class Events(Output, frozen=True, kw_only=True):
    """Up to `LIMIT_EVENTS` events in their order."""

    events: Annotated[
        list[dict[str, Any]],
        Meta(
            description="type, at, platform, account, thread (thread_id of hermes_get_thread), message "
            "{message_id, contact, direction, kind, at, text, status}."
        ),
    ]
    next_cursor: Annotated[str, Meta(description="Pass as `from_cursor`.")]
    has_more: Annotated[bool, Meta(description="True where more have happened already: call again at once.")]
    notice: str


async def wait_for_events(ctx: OwnContext, params: WaitForEvents) -> ToolResult:
    """Wait until something happens, or for the time that was asked."""
    found = await ctx.events.wait(
        types=params.types or TYPES, cursor=params.from_cursor, timeout_s=float(params.timeout)
    )
    events = msgspec.to_builtins([dataclasses.asdict(event) for event in found.events])
    return ToolResult(
        data=Events(events=events, next_cursor=found.cursor, has_more=found.more, notice=NOTICE)
    )


TOOLS = (
    own_tool(
        name="hermes_wait_for_events",
        title="Wait for events",
        description=f"Wait up to {LIMIT_S:.0f} s until something happens in the inbox of any channel (a "
        f"contact writes, a status moves) and tell it, at most {LIMIT_EVENTS} events at once. Call it again "
        "with the cursor it gives; an empty answer means that nothing happened. Costs nothing and marks "
        "nothing as read. To see what is there already use hermes_inbox.",
        params=WaitForEvents,
        output=Events,
        handler=wait_for_events,
        hints=dataclasses.replace(READ, open_world=False),
        units=0,
        example={"types": ["message.received"], "timeout": 0},
    ),
)
