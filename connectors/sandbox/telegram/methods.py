"""The Bot API's methods."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from connectors.sandbox.telegram import contents
from connectors.sandbox.telegram.api import Request, bad
from connectors.sandbox.telegram.people import MEMBERS, administrators, bot_user, require_rights
from connectors.sandbox.telegram.state import State

Method = Callable[[State, Request], Awaitable[Any]]


async def get_me(_: State, request: Request) -> Any:
    """The bot."""
    rights = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return bot_user(request.bot_id) | rights


def send(method: str) -> Method:
    """A sending method."""

    async def run(state: State, request: Request) -> Any:
        chat = await state.place(request.given.get("chat_id"))
        content = await contents.MAKERS[method](state, request) | contents.keyboard(request)
        reply = request.thing("reply_parameters")
        if reply:
            replied = await state.message(chat, int(reply.get("message_id", 0)), "to be replied")
            content["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        if request.number("message_thread_id") is not None:
            content |= {"message_thread_id": request.number("message_thread_id"), "is_topic_message": True}
        return await state.add(chat, bot_user(request.bot_id), content)

    return run


async def edit_text(state: State, request: Request) -> Any:
    """editMessageText."""
    return await _edit(state, request, "text", contents.written(request, "text", contents.TEXT_UNITS))


async def edit_caption(state: State, request: Request) -> Any:
    """editMessageCaption."""
    return await _edit(
        state, request, "caption", contents.written(request, "caption", contents.CAPTION_UNITS)
    )


async def _edit(state: State, request: Request, name: str, new: dict[str, Any]) -> Any:
    chat = await state.place(request.given.get("chat_id"))
    message = await state.own_message(request.bot_id, chat, request.number("message_id"))
    if (name == "text") != ("text" in message):
        raise bad(f"there is no {name} in the message to edit")
    new |= contents.keyboard(request)
    parts = {name, "entities", f"{name}_entities", "reply_markup"}
    if {k: v for k, v in message.items() if k in parts} == new:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same"
        )
    edited = {k: v for k, v in message.items() if k not in parts} | new | {"edit_date": message["date"] + 1}
    kept = await state.chat(chat)
    kept["messages"][str(message["message_id"])] = edited
    await state.put_chat(chat["id"], kept)
    return edited


async def delete(state: State, request: Request) -> Any:
    """deleteMessage."""
    chat = await state.place(request.given.get("chat_id"))
    message = await state.message(chat, request.number("message_id"), "to delete")
    if message.get("from", {}).get("id") != request.bot_id and chat["type"] != "private":
        require_rights(chat["id"])
    kept = await state.chat(chat)
    del kept["messages"][str(message["message_id"])]
    await state.put_chat(chat["id"], kept)
    return True


async def forward(state: State, request: Request) -> Any:
    """forwardMessage."""
    source, chat = (
        await state.place(request.given.get("from_chat_id")),
        await state.place(request.given.get("chat_id")),
    )
    message = await state.message(source, request.number("message_id"), "to forward")
    origin = {"type": "user", "date": message["date"], "sender_user": message.get("from", {})}
    content = _content(message) | {"forward_origin": origin}
    return await state.add(chat, bot_user(request.bot_id), content)


async def copy(state: State, request: Request) -> Any:
    """copyMessage."""
    source, chat = (
        await state.place(request.given.get("from_chat_id")),
        await state.place(request.given.get("chat_id")),
    )
    message = await state.message(source, request.number("message_id"), "to copy")
    made = await state.add(chat, bot_user(request.bot_id), _content(message))
    return {"message_id": made["message_id"]}


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    about = {
        "message_id",
        "from",
        "sender_chat",
        "chat",
        "date",
        "edit_date",
        "reply_to_message",
        "reply_markup",
    }
    return {k: v for k, v in message.items() if k not in about}


async def pin(state: State, request: Request) -> Any:
    """pinChatMessage and unpinChatMessage."""
    chat = await state.place(request.given.get("chat_id"))
    require_rights(chat["id"])
    message = await state.message(chat, request.number("message_id"), "to pin")
    kept = await state.chat(chat)
    others = [number for number in kept["pinned"] if number != message["message_id"]]
    kept["pinned"] = (
        others if "disable_notification" not in request.given else [*others, message["message_id"]]
    )
    await state.put_chat(chat["id"], kept)
    return True


async def react(state: State, request: Request) -> Any:
    """setMessageReaction."""
    chat = await state.place(request.given.get("chat_id"))
    await state.message(chat, request.number("message_id"), "to react")
    for reaction in request.thing("reaction") or ():
        if reaction.get("type") != "emoji" or not reaction.get("emoji"):
            raise bad("REACTION_INVALID")
    return True


async def answer_callback(state: State, request: Request) -> Any:
    """answerCallbackQuery."""
    await state.answer_press(request.text("callback_query_id"))
    return True


async def get_chat(state: State, request: Request) -> Any:
    """getChat."""
    chat = await state.place(request.given.get("chat_id"))
    about: dict[str, Any] = {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": {}}
    about |= (
        {"bio": "Lives in the sandbox."} if chat["type"] == "private" else {"description": "For trying out."}
    )
    pinned = (await state.chat(chat))["pinned"]
    if pinned:
        about["pinned_message"] = await state.message(chat, pinned[-1], "pinned")
    return chat | about


async def get_administrators(state: State, request: Request) -> Any:
    """getChatAdministrators."""
    return administrators(request.bot_id, (await state.place(request.given.get("chat_id")))["id"])


async def count_members(state: State, request: Request) -> Any:
    """getChatMemberCount."""
    return MEMBERS.get((await state.place(request.given.get("chat_id")))["id"], 2)


async def get_file(state: State, request: Request) -> Any:
    """getFile."""
    file_id = request.text("file_id")
    known = await state.file(file_id)
    if known is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    content, ending = known
    return {
        "file_id": file_id,
        "file_unique_id": f"AQ{file_id[-12:]}",
        "file_size": len(content),
        "file_path": f"files/{file_id}.{ending}",
    }


async def set_webhook(state: State, request: Request) -> Any:
    """setWebhook."""
    if not request.text("url").startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    await state.set_webhook(request.text("url"))
    return True


async def delete_webhook(state: State, _: Request) -> Any:
    """deleteWebhook."""
    await state.set_webhook("")
    return True


async def webhook_info(state: State, _: Request) -> Any:
    """getWebhookInfo."""
    return {"url": await state.webhook(), "has_custom_certificate": False, "pending_update_count": 0}


READS: Mapping[str, Method] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": count_members,
    "getFile": get_file,
    "getWebhookInfo": webhook_info,
}
CHANGES: Mapping[str, Method] = {
    **{method: send(method) for method in contents.MAKERS},
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "deleteMessage": delete,
    "forwardMessage": forward,
    "copyMessage": copy,
    "pinChatMessage": pin,
    "unpinChatMessage": pin,
    "setMessageReaction": react,
    "answerCallbackQuery": answer_callback,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
}
