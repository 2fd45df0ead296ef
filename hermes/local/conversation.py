"""The part of `make demo` in which the customer answers: the agent is woken, reads, answers and is done."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from hermes.local.player import Player, StepFailed, expect, told

INBOX = "hermes://inbox"
QUESTION = "Thank you! Can I pick it up after 6 pm?"
ANSWER = "Yes, we are here until 8 pm."
WOKEN_WITHIN_S = 90.0


class Conversation:
    """The agent's conversation with the contact at a phone number of the sandbox."""

    def __init__(self, player: Player, contact: str) -> None:
        self._player = player
        self._contact = contact.removeprefix("+")
        self._thread: Mapping[str, Any] = {}
        self._message_id = ""

    async def be_woken(self) -> None:
        """A subscription to the inbox says that there is something to read; nobody asks in a loop."""
        async with self._player.client.listen(resource_subscriptions=[INBOX]) as heard:
            told("subscribed to", INBOX)
            await asyncio.to_thread(self._contact_writes)
            began = time.monotonic()
            try:
                async with asyncio.timeout(WOKEN_WITHIN_S):
                    self._thread = await self._news(heard)
            except TimeoutError:
                raise StepFailed(f"no subscriber was told within {WOKEN_WITHIN_S:.0f} s") from None
            told("woken after", f"{time.monotonic() - began:.1f} s")
        told("unread", f"{self._thread['unread']} from {self._thread['contact_name']}")

    def _contact_writes(self) -> None:
        """The contact's message comes in as a platform's would: posted to the webhook, signed."""
        said = {"sender": self._contact, "name": "Ada", "text": QUESTION}
        self._player.post("/api/sandbox/whatsapp/inbound", said, status=202)
        told("Ada writes", QUESTION)

    async def _news(self, heard: AsyncIterator[object]) -> Mapping[str, Any]:
        """The conversation, once the inbox shows the contact's message; statuses wake the agent too."""
        async for _ in heard:
            for thread in (await self._player.read(INBOX))["threads"]:
                if thread["last_message"].get("text") == QUESTION:
                    return dict(thread)
        raise StepFailed("the subscription ended")

    async def read(self) -> None:
        """The conversation as a resource; what the contact wrote is marked as data."""
        uri = f"{INBOX}/whatsapp/{self._thread['id']}"
        messages = (await self._player.read(uri))["messages"]
        expect(messages[0].get("text") == QUESTION, f"the newest message is {messages[0]}")
        expect(messages[0]["untrusted"] is True, "the contact's text is not marked as untrusted")
        self._message_id = messages[0]["message_id"]
        told("resource", uri)
        for message in reversed(messages[:3]):
            told(message["direction"], f"{message.get('text', '')} {message.get('status', '')}".rstrip())

    async def answer(self) -> None:
        """Into the conversation, whatever its channel is."""
        sent = await self._player.call("hermes_send", {"to": self._thread["id"], "text": ANSWER})
        told("out", ANSWER)
        told("sent by", f"{sent['tool']} of {sent['account']}")

    async def mark_read(self) -> None:
        """The contact sees that it was read, and nobody else takes it up again."""
        await self._player.call("whatsapp_mark_read", {"message_id": self._message_id})
        threads = (await self._player.read(INBOX))["threads"]
        unread = next(thread["unread"] for thread in threads if thread["id"] == self._thread["id"])
        expect(unread == 0, f"{unread} messages are still unread")
        told("unread", str(unread))
