"""Texts."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, SentMessage, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.limits import LONGEST_TEXT_CHARS, PARTS, TEXT_UNITS
from connectors.telegram.markup import Format, read
from connectors.telegram.outputs import SentText
from connectors.telegram.text import split
from connectors.telegram.tools.buttons import Buttons, keyboard
from connectors.telegram.tools.common import Place, addressed, filed
from hermes.core.errors import HermesError, InvalidArgument


class SendMessage(Place, frozen=True, kw_only=True):
    """A text message."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST_TEXT_CHARS,
            description="Beyond 4,096 characters it becomes several messages.",
        ),
    ]
    format: Format = "plain"
    buttons: Buttons | None = None


async def send_message(ctx: ToolContext, params: SendMessage) -> ToolResult:
    """Send a text, in parts where it is long: the reply goes with the first, the buttons with the last."""
    bot, markup = Bot(ctx), keyboard(params.buttons)
    parts = split(read(params.text, params.format, "text"), TEXT_UNITS)
    if len(parts) > PARTS:
        raise InvalidArgument(
            f"'text' makes {len(parts)} messages; {PARTS} are the most.", details={"argument": "text"}
        )
    place = addressed(params)
    done: list[SentMessage] = []
    problem: dict[str, Any] | None = None
    for number, text in enumerate(parts, 1):
        body: dict[str, Any] = place | text.members()
        if number > 1:
            body.pop("reply_parameters", None)
        if number == len(parts) and markup:
            body["reply_markup"] = markup
        try:
            message = await bot.send("sendMessage", body)
        except HermesError as failure:
            if not done:
                raise
            unsent_from = sum(len(before.text) for before in parts[: number - 1])
            problem = {
                "code": failure.code,
                "message": failure.message,
                "part": number,
                "unsent_from": unsent_from,
                "retry_after_s": failure.retry_after_s,
            }
            break
        done.append(filed(bot, message, params.chat_id, params.reply_to if number == 1 else None))
    ids = [one.upstream_id for one in done]
    data = SentText(
        chat_id=done[0].contact,
        message_id=ids[0],
        kind="text",
        complete=problem is None,
        parts=ids if len(parts) > 1 else None,
        problem=problem,
    )
    return ToolResult(data=data, upstream_id=ids[0], sent=done)


TOOLS = (
    Tool(
        name="telegram_send_message",
        title="Send Telegram message",
        description="Send a text from the bot to a chat, group or channel, now, with buttons if wanted. A "
        "person must have written to the bot before. A long text becomes several messages; if a later one "
        "fails the result says which were sent. For files use telegram_send_media, to change a sent text "
        "telegram_edit_message.",
        params=SendMessage,
        output=SentText,
        handler=send_message,
        hints=SEND,
        core=True,
        redact=frozenset({"text", "buttons"}),
        example={"chat_id": "123456789", "text": "Your order is on its way."},
    ),
)
