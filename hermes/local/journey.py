"""The steps of `make demo`, told as they happen."""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent

from hermes.local.console import paint, say
from hermes.local.loopback import ask

RECIPIENT = "+12025550100"
READ_DEADLINE_S = 20.0


class StepFailed(RuntimeError):
    """Hermes did not do what this step is there to show."""


class Journey:
    """One customer's agent in the sandbox, over the MCP client it is given."""

    def __init__(self, client: Client, *, port: int, key: str) -> None:
        self.client = client
        self.port = port
        self.key = key
        self.message_id = ""

    async def play(self) -> None:
        """Every step in order. Raises StepFailed."""
        steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("Connect", self.connect),
            ("List tools", self.list_tools),
            ("Send a message", self.send),
            ("Watch its status move to read", self.watch),
            ("Send it again with the same idempotency key", self.repeat),
            ("Rehearse a send (dry run)", self.rehearse),
            ("Make a mistake", self.make_mistake),
            ("Read the conversation", self.read_conversation),
            ("Look at the usage", self.look_at_usage),
            ("Look at the audit trail", self.look_at_audit),
        )
        for number, (title, step) in enumerate(steps, 1):
            say("\n" + paint("bold", f"{number:2}. {title}"))
            await step()

    async def connect(self) -> None:
        """Say who answers and what it tells agents."""
        told("server", self.client.server_info.name if self.client.server_info else "?")
        told("revision", str(self.client.protocol_version))
        told("instructions", first_line(self.client.instructions or ""))

    async def list_tools(self) -> None:
        """The tools of the connected platforms."""
        names = [tool.name for tool in (await self.client.list_tools()).tools]
        expect("whatsapp_send_text" in names, f"whatsapp_send_text is not among {names}")
        told("tools", ", ".join(names))

    async def send(self) -> None:
        """A text to somebody in the sandbox."""
        self.idempotency_key = uuid.uuid4().hex
        sent = await self.call("whatsapp_send_text", self.text(idempotency_key=self.idempotency_key))
        self.message_id = sent["message_id"]
        told("message", self.message_id)
        told("cost", f"{sent['meta']['units']} unit, {sent['meta']['quota_left']:,} left this month")

    async def watch(self) -> None:
        """The stand-in delivers and reads; the statuses come back through the webhook route."""
        end, seen = time.monotonic() + READ_DEADLINE_S, ""
        while seen != "read":
            expect(time.monotonic() < end, f"the status is still {seen!r} after {READ_DEADLINE_S:.0f} s")
            got = await self.call("whatsapp_get_message_status", {"message_id": self.message_id})
            if got["status"] != seen:
                seen = got["status"]
                told("status", seen)
            await asyncio.sleep(0.2)

    async def repeat(self) -> None:
        """The first call's answer comes back, nothing is sent."""
        again = await self.call("whatsapp_send_text", self.text(idempotency_key=self.idempotency_key))
        expect(again["message_id"] == self.message_id, "a second message was sent")
        told("message", f"{again['message_id']} (the same; nothing was sent)")

    async def rehearse(self) -> None:
        """Everything is checked, nothing is sent or charged."""
        before = self.used()
        rehearsed = await self.call("whatsapp_send_text", self.text(dry_run=True))
        expect(rehearsed.get("dry_run") is True, f"the answer does not say that it is a dry run: {rehearsed}")
        expect(self.used() == before, "the dry run was charged")
        told("would send", json.dumps(rehearsed.get("request"))[:160])

    async def make_mistake(self) -> None:
        """A missing argument is named, so that a model can mend its call."""
        result = await self.client.call_tool("whatsapp_send_text", {"to": RECIPIENT})
        error = json.loads(text_of(result))
        expect(result.is_error is True and error["code"] == "invalid_argument", f"the answer was {error}")
        told(error["code"], error["message"])

    async def read_conversation(self) -> None:
        """What was sent is in the inbox."""
        got = await self.call("whatsapp_get_conversation", {"contact": RECIPIENT})
        expect(any(m["message_id"] == self.message_id for m in got["messages"]), "the message is not listed")
        for message in got["messages"][:3]:
            told(message["direction"], f"{message.get('text', '')} ({message.get('status', '')})")

    async def look_at_usage(self) -> None:
        """Units of this month, over REST."""
        usage = self.get("/api/usage")
        told("usage", json.dumps(usage))

    async def look_at_audit(self) -> None:
        """Every call of this journey has an entry, refused ones included."""
        entries = self.get("/api/audit?limit=20")["entries"]
        tools = [entry["tool"] for entry in entries]
        expect("whatsapp_send_text" in tools, f"the send is not among {tools}")
        for entry in entries[:6]:
            told(entry["outcome"], f"{entry['tool']} by {entry['surface']}, {entry['at']}")

    def text(self, **more: Any) -> dict[str, Any]:
        """The arguments of the message."""
        return {"to": RECIPIENT, "text": "Your order is ready.", **more}

    def used(self) -> int:
        """Units used so far this month."""
        return int(self.get("/api/usage")["used"])

    def get(self, path: str) -> dict[str, Any]:
        """One page over REST. Raises StepFailed."""
        reply = ask(self.port, "GET", path, key=self.key)
        expect(reply.status == 200, f"GET {path} answered {reply.status}: {reply.body}")
        return dict(reply.body)

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """One tool call's data. Raises StepFailed with what Hermes said."""
        result = await self.client.call_tool(tool, arguments)
        expect(not result.is_error, f"{tool} failed: {text_of(result)}")
        return dict(result.structured_content or {})


def expect(holds: bool, otherwise: str) -> None:
    """Go on only where it holds."""
    if not holds:
        raise StepFailed(otherwise)


def told(name: str, value: str) -> None:
    """One line of what happened."""
    say(f"    {paint('cyan', f'{name:<14}')} {value}")


def first_line(text: str) -> str:
    """The first line, shortened."""
    return text.strip().splitlines()[0][:200] if text.strip() else "(none)"


def text_of(result: CallToolResult) -> str:
    """The result's text."""
    return next((c.text for c in result.content if isinstance(c, TextContent)), "")
