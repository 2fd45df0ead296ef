"""Polls, and answers to pressed buttons."""

from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, UPDATE, Params, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.limits import ALERT_CHARS, OPTION_CHARS, OPTIONS, QUESTION_CHARS
from connectors.telegram.outputs import Answered, Sent
from connectors.telegram.tools.common import Place, addressed, sent
from hermes.core.errors import InvalidArgument


class SendPoll(Place, frozen=True, kw_only=True):
    """A question with options."""

    question: Annotated[
        str, Meta(min_length=1, max_length=QUESTION_CHARS, description="Up to 300 characters.")
    ]
    options: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=OPTION_CHARS)]],
        Meta(min_length=2, max_length=OPTIONS, description="2 to 12 answers of up to 100 characters."),
    ]
    multiple: Annotated[bool, Meta(description="Several answers may be chosen.")] = False
    anonymous: Annotated[bool, Meta(description="Hide who voted for what; always so in channels.")] = True


async def send_poll(ctx: ToolContext, params: SendPoll) -> ToolResult:
    """Send a poll."""
    if not all(text.strip() for text in (params.question, *params.options)):
        raise InvalidArgument("Question and options need text.", details={"argument": "options"})
    if len({option.strip() for option in params.options}) < len(params.options):
        raise InvalidArgument("The options must differ.", details={"argument": "options"})
    bot = Bot(ctx)
    body = addressed(params) | {
        "question": params.question,
        "options": [{"text": option} for option in params.options],
        "is_anonymous": params.anonymous,
        "allows_multiple_answers": params.multiple,
    }
    return sent(bot, await bot.send("sendPoll", body), params)


class AnswerCallback(Params, frozen=True, kw_only=True):
    """An answer to a pressed button."""

    callback_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=100,
            pattern="^[A-Za-z0-9_:-]+$",
            description="callback_id in the data of the message of kind callback.",
        ),
    ]
    text: (
        Annotated[
            str, Meta(max_length=ALERT_CHARS, description="Shown to who pressed, up to 200 characters.")
        ]
        | None
    ) = None
    alert: Annotated[
        bool, Meta(description="Show it in a window to be closed, not at the top for a moment.")
    ] = False


async def answer_callback(ctx: ToolContext, params: AnswerCallback) -> ToolResult:
    """Answer a pressed button."""
    callback_id = params.callback_id.removeprefix("callback:")
    body = {"callback_query_id": callback_id, "text": params.text, "show_alert": params.alert or None}
    await Bot(ctx).do("answerCallbackQuery", body)
    return ToolResult(data=Answered(callback_id=callback_id, done=True), upstream_id=callback_id)


TOOLS = (
    Tool(
        name="telegram_send_poll",
        title="Send Telegram poll",
        description="Send a poll from the bot to a group, channel or chat: a question with 2 to 12 options "
        "people tap. For buttons that report back to you use telegram_send_message with buttons.",
        params=SendPoll,
        output=Sent,
        handler=send_poll,
        hints=SEND,
        redact=frozenset({"question", "options"}),
        example={"chat_id": "-1001000000001", "question": "Lunch?", "options": ["Pizza", "Soup"]},
    ),
    Tool(
        name="telegram_answer_callback",
        title="Answer Telegram button",
        description="Answer a pressed button, which shows a waiting sign to the person until then: silently, "
        "or with a short text only they see. Do it within some seconds of the press, once. To reply in the "
        "chat use telegram_send_message or telegram_edit_message.",
        params=AnswerCallback,
        output=Answered,
        handler=answer_callback,
        hints=UPDATE,
        redact=frozenset({"text"}),
        example={"callback_id": "4382123456789012345", "text": "Noted"},
    ),
)
