"""Waiting for what people write next."""

from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.telegram.limits import WAIT_S
from connectors.telegram.outputs import Arrived
from connectors.telegram.tools.common import ChatId
from connectors.telegram.tools.reading import stored_chat


class WaitForMessage(Params, frozen=True, kw_only=True):
    """For what to wait."""

    chat_id: ChatId | None = None
    from_cursor: (
        Annotated[
            str,
            Meta(
                min_length=1, max_length=512, description="`cursor` of the answer before; else from now on."
            ),
        ]
        | None
    ) = None
    timeout: Annotated[int, Meta(ge=0, le=WAIT_S, description="Seconds to wait at most; 0 looks once.")] = 30


async def wait_for_message(ctx: ToolContext, params: WaitForMessage) -> ToolResult:
    """Wait until something arrives, or the time is over."""
    chat = None if params.chat_id is None else await stored_chat(ctx, params.chat_id)
    return ToolResult(
        data=await ctx.inbox.wait(contact=chat, cursor=params.from_cursor, timeout_s=params.timeout)
    )


TOOLS = (
    Tool(
        name="telegram_wait_for_message",
        title="Wait for Telegram message",
        description="Wait up to 50 seconds for the next message or button press, in one chat or any, and "
        "return it at once. Use it after asking somebody something; call again with the cursor to miss "
        "none. Nothing is used up or marked as read. Earlier ones: telegram_get_messages.",
        params=WaitForMessage,
        output=Arrived,
        handler=wait_for_message,
        hints=READ,
        core=True,
        detailed_only=frozenset({"edited_at"}),
        example={"chat_id": "123456789", "timeout": 0},
    ),
)
