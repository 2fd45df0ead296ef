"""Chats as Telegram tells them now."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.telegram.client import Bot
from connectors.telegram.inbound import chat_name, part, said
from connectors.telegram.outputs import Administrator, Chat
from connectors.telegram.tools.common import ChatId, chat_in
from hermes.core.errors import PlatformUnavailable
from hermes.core.third_party import shown

LIMIT_ABOUT_CHARS = 1_000
LIMIT_NAME_CHARS = 200


class GetChat(Params, frozen=True, kw_only=True):
    """Which chat."""

    chat_id: ChatId
    include_admins: Annotated[
        bool, Meta(description="Add administrators and the number of members (groups and channels).")
    ] = False


async def get_chat(ctx: ToolContext, params: GetChat) -> ToolResult:
    """Look a chat up."""
    bot = Bot(ctx)
    chat = await bot.ask("getChat", chat_id=params.chat_id)
    if not isinstance(chat, dict) or type(chat.get("id")) is not int:
        raise PlatformUnavailable("Telegram's answer names no chat; try again in a minute.")
    kind = said(chat.get("type")) or "private"
    administrators, members = None, None
    if params.include_admins and kind != "private":
        administrators = await bot.ask("getChatAdministrators", chat_id=params.chat_id)
        members = await bot.ask("getChatMemberCount", chat_id=params.chat_id)
    linked = chat.get("linked_chat_id")
    data = Chat(
        chat_id=chat_in({"chat": chat}, params.chat_id),
        type=kind,
        name=shown(chat_name(chat), LIMIT_NAME_CHARS),
        username=said(chat.get("username")) or None,
        about=shown(said(chat.get("bio")) or said(chat.get("description")), LIMIT_ABOUT_CHARS) or None,
        is_forum=True if chat.get("is_forum") is True else None,
        linked_chat_id=str(linked) if type(linked) is int else None,
        members=members if type(members) is int else None,
        administrators=None if administrators is None else _administrators(administrators),
    )
    return ToolResult(data=data)


def _administrators(told: Any) -> list[Administrator]:
    return [_administrator(one) for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _administrator(one: Mapping[str, Any]) -> Administrator:
    user = part(one, "user")
    return Administrator(
        id=str(user.get("id", "")),
        name=shown(chat_name(user), LIMIT_NAME_CHARS),
        status=said(one.get("status")) or "administrator",
        username=said(user.get("username")) or None,
        title=shown(said(one.get("custom_title")), LIMIT_NAME_CHARS) or None,
        is_bot=True if user.get("is_bot") is True else None,
    )


TOOLS = (
    Tool(
        name="telegram_get_chat",
        title="Get Telegram chat",
        description="Look a chat, group or channel up at Telegram: type, name, description and, where asked, "
        "administrators and number of members. Also tells whether the bot may see it at all. For what was "
        "said there use telegram_get_messages.",
        params=GetChat,
        output=Chat,
        handler=get_chat,
        hints=READ,
        example={"chat_id": "-1001000000001", "include_admins": True},
    ),
)
