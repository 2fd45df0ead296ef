"""The steps of `make demo`, told as they happen."""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from hermes.local.console import paint, say
from hermes.local.conversation import Conversation
from hermes.local.player import Player, expect, first_line, text_of, told

RECIPIENT = "+12025550100"
READ_DEADLINE_S = 90.0


class Journey:
    """One customer's agent in the sandbox: it sends, is answered, answers, and looks at what that cost."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.message_id = ""

    async def play(self) -> None:
        """Every step in order. Raises StepFailed."""
        conversation = Conversation(self.player, RECIPIENT)
        steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("Connect", self.connect),
            ("List tools, resources and prompts", self.list_offers),
            ("Send a message", self.send),
            ("Watch its status move to read", self.watch),
            ("Send it again with the same idempotency key", self.repeat),
            ("Rehearse a send (dry run)", self.rehearse),
            ("Make a mistake", self.make_mistake),
            ("Be woken: the customer answers", conversation.be_woken),
            ("Read the conversation", conversation.read),
            ("Answer", conversation.answer),
            ("Mark the conversation as read", conversation.mark_read),
            ("Look at the usage", self.look_at_usage),
            ("Look at the audit trail", self.look_at_audit),
        )
        for number, (title, step) in enumerate(steps, 1):
            say("\n" + paint("bold", f"{number:2}. {title}"))
            await step()

    async def connect(self) -> None:
        """Say who answers and what it tells agents."""
        told("server", self.player.client.server_info.name if self.player.client.server_info else "?")
        told("revision", str(self.player.client.protocol_version))
        told("instructions", first_line(self.player.client.instructions or ""))

    async def list_offers(self) -> None:
        """What the connected platforms and Hermes itself offer."""
        client = self.player.client
        names = [tool.name for tool in (await client.list_tools()).tools]
        expect("whatsapp_send_text" in names, f"whatsapp_send_text is not among {names}")
        told("tools", ", ".join(names))
        told("resources", ", ".join(r.uri for r in (await client.list_resources()).resources))
        told("prompts", ", ".join(p.name for p in (await client.list_prompts()).prompts))

    async def send(self) -> None:
        """A text to somebody in the sandbox."""
        self.idempotency_key = uuid.uuid4().hex
        sent = await self.player.call("whatsapp_send_text", self.text(idempotency_key=self.idempotency_key))
        self.message_id = sent["message_id"]
        told("message", self.message_id)
        told("cost", f"{sent['meta']['units']} unit, {sent['meta']['quota_left']:,} left this month")

    async def watch(self) -> None:
        """The stand-in delivers and reads; the statuses come back through the webhook route."""
        end, seen = time.monotonic() + READ_DEADLINE_S, ""
        while seen != "read":
            expect(time.monotonic() < end, f"the status is still {seen!r} after {READ_DEADLINE_S:.0f} s")
            got = await self.player.call("whatsapp_get_message_status", {"message_id": self.message_id})
            if got["status"] != seen:
                seen = got["status"]
                told("status", seen)
            await asyncio.sleep(0.2)

    async def repeat(self) -> None:
        """The first call's answer comes back, nothing is sent."""
        again = await self.player.call("whatsapp_send_text", self.text(idempotency_key=self.idempotency_key))
        expect(again["message_id"] == self.message_id, "a second message was sent")
        told("message", f"{again['message_id']} (the same; nothing was sent)")

    async def rehearse(self) -> None:
        """Everything is checked, nothing is sent or charged."""
        before = self.used()
        rehearsed = await self.player.call("whatsapp_send_text", self.text(dry_run=True))
        expect(rehearsed.get("dry_run") is True, f"the answer does not say that it is a dry run: {rehearsed}")
        expect(self.used() == before, "the dry run was charged")
        told("would send", json.dumps(rehearsed.get("request"))[:160])

    async def make_mistake(self) -> None:
        """A missing argument is named, so that a model can mend its call."""
        result = await self.player.client.call_tool("whatsapp_send_text", {"to": RECIPIENT})
        error = json.loads(text_of(result))
        expect(result.is_error is True and error["code"] == "invalid_argument", f"the answer was {error}")
        told(error["code"], error["message"])

    async def look_at_usage(self) -> None:
        """Units of this month, over REST."""
        usage = self.player.get("/api/usage")
        told("usage", json.dumps(usage))

    async def look_at_audit(self) -> None:
        """Every call of this journey has an entry, refused ones included."""
        entries = self.player.get("/api/audit?limit=20")["entries"]
        tools = [entry["tool"] for entry in entries]
        expect("whatsapp_send_text" in tools, f"the send is not among {tools}")
        for entry in entries[:6]:
            told(entry["outcome"], f"{entry['tool']} by {entry['surface']}, {entry['at']}")

    def text(self, **more: Any) -> dict[str, Any]:
        """The arguments of the message."""
        return {"to": RECIPIENT, "text": "Your order is ready.", **more}

    def used(self) -> int:
        """Units used so far this month."""
        return int(self.player.get("/api/usage")["used"])
