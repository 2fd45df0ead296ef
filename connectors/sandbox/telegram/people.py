"""Who and what there is at the sandbox's Telegram."""

from typing import Any

from connectors.sandbox.telegram.api import bad

GROUP, CHANNEL, GROUP_WITHOUT_RIGHTS = -1001000000001, -1001000000002, -1001000000003
CHANNEL_NAME = "hermes_sandbox_channel"
OWNER = {
    "id": 777000111,
    "is_bot": False,
    "first_name": "Olga",
    "last_name": "Owner",
    "username": "olga_owner",
}
CHATS: dict[int, dict[str, Any]] = {
    GROUP: {"id": GROUP, "type": "supergroup", "title": "Sandbox group"},
    CHANNEL: {"id": CHANNEL, "type": "channel", "title": "Sandbox channel", "username": CHANNEL_NAME},
    GROUP_WITHOUT_RIGHTS: {
        "id": GROUP_WITHOUT_RIGHTS,
        "type": "supergroup",
        "title": "Sandbox group of others",
    },
}
MEMBERS = {GROUP: 12, CHANNEL: 340, GROUP_WITHOUT_RIGHTS: 25}


def bot_user(bot_id: int) -> dict[str, Any]:
    """The bot itself."""
    return {
        "id": bot_id,
        "is_bot": True,
        "first_name": "Sandbox bot",
        "username": f"sandbox_{bot_id}_bot",
    }


def person(number: int, name: str = "") -> dict[str, Any]:
    """A user; each positive id is one."""
    first, _, last = (name or f"Person {number}").partition(" ")
    return {"id": number, "is_bot": False, "first_name": first} | ({"last_name": last} if last else {})


def chat_of(given: Any, name: str = "") -> dict[str, Any]:
    """The chat with this id or @name, as messages carry it. Raises BotError where there is none."""
    if given == f"@{CHANNEL_NAME}":
        return dict(CHATS[CHANNEL])
    try:
        number = int(str(given))
    except ValueError:
        raise bad("chat not found" if given else "chat_id is empty") from None
    if number in CHATS:
        return dict(CHATS[number])
    if number <= 0:
        raise bad("chat not found")
    user = person(number, name)
    return {"id": number, "type": "private", **{k: v for k, v in user.items() if k not in ("id", "is_bot")}}


def administrators(bot_id: int, chat: int) -> list[dict[str, Any]]:
    """Who runs a group or channel; the bot is among them in its own ones."""
    if chat not in MEMBERS:
        raise bad("there are no administrators in the private chat")
    owner: dict[str, Any] = {"user": OWNER, "status": "creator", "is_anonymous": False}
    own: dict[str, Any] = {"user": bot_user(bot_id), "status": "administrator", "can_pin_messages": True}
    return [owner] if chat == GROUP_WITHOUT_RIGHTS else [owner, own]


def require_rights(chat: int) -> None:
    """Raise where the bot is no administrator."""
    if chat == GROUP_WITHOUT_RIGHTS:
        raise bad("not enough rights to manage pinned messages in the chat")
