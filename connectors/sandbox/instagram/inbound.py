"""What a simulated person does, as the body Meta would post."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.contract import Inbound
from connectors.sandbox.instagram import comments, messages, webhooks
from connectors.sandbox.instagram.state import State
from hermes.core.errors import InvalidArgument

_FILES = {"image": "png", "video": "mp4", "audio": "mp3", "file": "pdf"}
_ABOUT_ANOTHER = ("reaction", "edit", "revoke", "seen")
_OF_POSTS = ("comment", "mention")
KINDS = ("text", *_FILES, "share", "postback", *_ABOUT_ANOTHER, *_OF_POSTS)


async def body(state: State, event: Inbound) -> dict[str, Any]:
    """The webhook body of an event. Raises InvalidArgument on what nobody can do here."""
    if event.kind not in KINDS:
        raise _refused("kind", f"The sandbox cannot simulate '{event.kind[:40]}'; it can {', '.join(KINDS)}.")
    if not messages.PERSON.fullmatch(event.sender):
        raise _refused("sender", "The sender must be a person's id: digits, such as 1254459154682919.")
    account = await state.account()
    if event.kind in _OF_POSTS:
        return await _under_a_post(state, account, event)
    if event.kind in _ABOUT_ANOTHER:
        if not event.reply_to:
            raise _refused("reply_to", "Say in 'reply_to' which message it is about.")
        return webhooks.message(account, event.sender, _about_another(event))
    if event.kind == "postback":
        pressed = {"mid": await state.message_id(), "title": event.text, "payload": event.text}
        return webhooks.message(account, event.sender, {"postback": pressed | dict(event.content)})
    return webhooks.message(account, event.sender, {"message": await _message(state, event)})


async def _message(state: State, event: Inbound) -> dict[str, Any]:
    mid = await state.message_id()
    told: dict[str, Any] = {"mid": mid}
    if event.text:
        told["text"] = event.text
    if event.kind in _FILES:
        url = f"{messages.FILES}{mid[-12:]}.{_FILES[event.kind]}"
        told["attachments"] = [{"type": event.kind, "payload": {"url": url}}]
    if event.kind == "share":
        told["attachments"] = [{"type": "share", "payload": {"url": "https://www.instagram.com/p/sandbox/"}}]
    await messages.keep(state, mid, told.get("attachments", []))
    if event.reply_to:
        told["reply_to"] = {"mid": event.reply_to}
    return told | dict(event.content)


def _about_another(event: Inbound) -> Mapping[str, Any]:
    mid = event.reply_to
    match event.kind:
        case "reaction":
            emoji = {"action": "react", "reaction": "other", "emoji": event.text}
            return {"reaction": {"mid": mid} | (emoji if event.text else {"action": "unreact"})}
        case "edit":
            return {"message_edit": {"mid": mid, "text": event.text, "num_edit": 1}}
        case "revoke":
            return {"message": {"mid": mid, "is_deleted": True}}
    return {"read": {"mid": mid}}


async def _under_a_post(state: State, account: str, event: Inbound) -> dict[str, Any]:
    """Under the post that `reply_to` names, or the newest; or as an answer to the comment it names."""
    posts, written = await state.table("media"), await state.table("comments")
    parent = event.reply_to if event.reply_to in written else None
    place = written[parent]["media"] if parent else event.reply_to or next(reversed(posts), "")
    if place not in posts:
        raise _refused("reply_to", "Say in 'reply_to' which post or comment it is about.")
    writer = {"id": event.sender, "username": re.sub(r"[^a-z0-9]+", ".", event.name.lower()).strip(".")}
    made = await comments.write(state, place, event.text, writer, parent)
    if event.kind == "mention":
        return webhooks.change(account, "mentions", {"media_id": place, "comment_id": made["id"]})
    return webhooks.comment(account, made)


def _refused(argument: str, sentence: str) -> InvalidArgument:
    return InvalidArgument(sentence, details={"argument": argument})
