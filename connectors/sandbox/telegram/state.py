"""What the stand-in remembers of one bot."""

import base64
import binascii
import os
import time
from typing import Any

from connectors.sandbox.store import SandboxStore
from connectors.sandbox.telegram.api import bad
from connectors.sandbox.telegram.people import bot_user, chat_of, person
from connectors.sandbox.web import SAMPLES

ACCOUNT_TTL_S = 90 * 86_400
FILE_TTL_S = 86_400
MESSAGES_KEPT = 200
FILES_KEPT = 20
LIMIT_FILE_BYTES = 5 * 1024 * 1024
# A picture that every bot may send by its file id.
SAMPLE_PHOTO = "AgACAgIAAxkBAAMCZ0EXAMPLE"


class State:
    """Typed access to the store."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def place(self, given: Any, name: str = "") -> dict[str, Any]:
        """The chat with this id or @name; a person is called as they were called last."""
        found = chat_of(given, name)
        if found["type"] != "private":
            return found
        if name:
            await self._store.put(f"name:{found['id']}", name, ttl_s=ACCOUNT_TTL_S)
        return chat_of(given, name or await self._store.get(f"name:{found['id']}") or "")

    async def chat(self, chat: dict[str, Any]) -> dict[str, Any]:
        """What was said in a chat: `messages` by number, the `last` number, what is `pinned`.

        A private chat begins with the person's /start, as every chat with a bot does.
        """
        kept: dict[str, Any] | None = await self._store.get(f"chat:{chat['id']}")
        if kept is not None:
            return kept
        begun: dict[str, Any] = {"last": 0, "messages": {}, "pinned": []}
        if chat["type"] == "private":
            begun["last"] = 1
            begun["messages"]["1"] = {
                "message_id": 1,
                "from": person(chat["id"]),
                "chat": chat,
                "date": int(time.time()),
                "text": "/start",
            }
        return begun

    async def put_chat(self, number: int, chat: dict[str, Any]) -> None:
        """Keep a chat with its latest messages."""
        for gone in list(chat["messages"])[:-MESSAGES_KEPT]:
            del chat["messages"][gone]
        await self._store.put(f"chat:{number}", chat, ttl_s=ACCOUNT_TTL_S)

    async def add(
        self, chat: dict[str, Any], sender: dict[str, Any], content: dict[str, Any]
    ) -> dict[str, Any]:
        """A new message in a chat."""
        kept = await self.chat(chat)
        kept["last"] += 1
        who = {"sender_chat": chat} if chat["type"] == "channel" else {"from": sender}
        message = {"message_id": kept["last"], **who, "chat": chat, "date": int(time.time()), **content}
        kept["messages"][str(kept["last"])] = message
        await self.put_chat(chat["id"], kept)
        return message

    async def message(self, chat: dict[str, Any], number: int | None, what: str) -> dict[str, Any]:
        """A message of a chat; raises BotError, in the words of what was to be done with it."""
        found: dict[str, Any] | None = (await self.chat(chat))["messages"].get(str(number))
        if found is None:
            raise bad(f"message {what} not found")
        return found

    async def own_message(self, bot_id: int, chat: dict[str, Any], number: int | None) -> dict[str, Any]:
        """A message the bot may edit."""
        found = await self.message(chat, number, "to edit")
        if found.get("from", {}).get("id", bot_id) != bot_user(bot_id)["id"]:
            raise bad("message can't be edited")
        return found

    async def keep_file(self, content: bytes, ending: str) -> str:
        """Keep a file for a day and return its new id; of more than `FILES_KEPT` the oldest go."""
        if len(content) > LIMIT_FILE_BYTES:
            raise bad("file is too big")
        file_id = "BQACAgIAAx" + base64.urlsafe_b64encode(os.urandom(18)).decode()
        kept = [*(await self._store.get("files") or []), file_id]
        for gone in kept[:-FILES_KEPT]:
            await self._store.put(f"file:{gone}", None, ttl_s=FILE_TTL_S)
        await self._store.put("files", kept[-FILES_KEPT:], ttl_s=FILE_TTL_S)
        packed = binascii.b2a_base64(content, newline=False).decode()
        await self._store.put(f"file:{file_id}", {"ending": ending, "content": packed}, ttl_s=FILE_TTL_S)
        return file_id

    async def file(self, file_id: str) -> tuple[bytes, str] | None:
        """A file's content and ending."""
        if file_id == SAMPLE_PHOTO:
            return SAMPLES["png"][1], "png"
        kept = await self._store.get(f"file:{file_id}")
        return None if kept is None else (base64.b64decode(kept["content"]), kept["ending"])

    async def block(self, chat: int, *, blocked: bool) -> None:
        """A person blocks the bot, or writes to it again."""
        await self._store.put(f"blocked:{chat}", blocked or None, ttl_s=ACCOUNT_TTL_S)

    async def is_blocked(self, chat: str) -> bool:
        """Whether the person of this chat has blocked the bot."""
        return bool(await self._store.get(f"blocked:{chat}"))

    async def press(self, chat: int) -> str:
        """A button is pressed; the id of the press, which can be answered once."""
        pressed = str(int.from_bytes(os.urandom(8)) >> 1)
        await self._store.put(f"callback:{pressed}", chat, ttl_s=3600)
        return pressed

    async def answer_press(self, pressed: str) -> None:
        """Raises BotError where there is no such press, or it was answered."""
        if await self._store.get(f"callback:{pressed}") is None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        await self._store.put(f"callback:{pressed}", None, ttl_s=3600)

    async def update_id(self) -> int:
        """The number of the next update."""
        number = int(await self._store.get("update") or 0) + 1
        await self._store.put("update", number, ttl_s=ACCOUNT_TTL_S)
        return 900_000_000 + number

    async def webhook(self) -> str:
        """Where the bot's updates go."""
        return str(await self._store.get("webhook") or "")

    async def set_webhook(self, url: str) -> None:
        """Send the bot's updates there."""
        await self._store.put("webhook", url, ttl_s=ACCOUNT_TTL_S)
