"""A bot in the sandbox's Discord, and a Discord that answers what it is told."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from connectors import sandbox
from connectors.discord.connector import CONNECTOR
from connectors.discord.verification import verify
from connectors.kit import schema
from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.credentials import Credentials
from connectors.kit.testing import FakeHttp, FakeInbox, Request, answer, context
from connectors.kit.tool import ToolResult
from connectors.sandbox import MemoryStore, Standin
from connectors.sandbox.discord.world import IDS

CHANNEL, MESSAGE, SERVER = "1096172334001844290", "1096172334001844295", "1096172334001844111"
MADE = {"id": MESSAGE, "channel_id": CHANNEL, "type": 0, "content": "x", "author": {"id": "1"}}
TOOLS = {tool.name: tool for tool in CONNECTOR.tools}


async def use(ctx: ToolContext, tool: str, arguments: Mapping[str, Any]) -> ToolResult:
    """Call a tool as the executor does: what is published decides which arguments it takes."""
    found = TOOLS[f"discord_{tool}"]
    return await found.handler(ctx, schema.parse_arguments(found, arguments))


@dataclasses.dataclass
class Bot:
    """A bot, its servers in the sandbox, and whoever calls its tools: each call is a new process's."""

    standin: Standin
    credentials: Credentials
    inbox: FakeInbox
    id: str

    def there(self, what: str) -> str:
        """The id of a server, channel, person or role of the sandbox."""
        return IDS[what]

    def context(self, call_token: str = "t" * 32) -> ToolContext:
        ctx = context(CONNECTOR, self.credentials, self.standin, inbox=self.inbox)
        return dataclasses.replace(ctx, call_token=call_token)

    def call(self, tool: str, token: str = "t" * 32, **arguments: Any) -> dict[str, Any]:
        """The data of a tool's result, which fits its published schema."""
        return schema.dump(self.result(tool, token, **arguments).data)

    def result(self, tool: str, token: str = "t" * 32, **arguments: Any) -> ToolResult:
        """A tool's result."""
        return asyncio.run(use(self.context(token), tool, arguments))


@pytest.fixture
def bot() -> Bot:
    """A bot that has just been connected."""
    standin = sandbox.standin("discord", MemoryStore())
    assert standin is not None
    credentials = CONNECTOR.credentials.parse(sandbox.credentials("discord"))
    inbox = FakeInbox()
    ctx = context(CONNECTOR, credentials, standin, inbox=inbox)
    return Bot(standin, credentials, inbox, asyncio.run(verify(ctx)).external_id)


def credentials_with(**given: str) -> Credentials:
    """A bot's credentials."""
    return CONNECTOR.credentials.parse({"bot_token": f"MTA5NjE2.{'x' * 40}", **given})


def told(
    respond: Callable[[Request], HttpResponse], *calls: tuple[str, Mapping[str, Any]], **given: str
) -> tuple[FakeHttp, list[ToolResult | Exception]]:
    """Call tools one after the other in one process, on a Discord that answers by `respond`."""
    http = FakeHttp(respond)
    ctx = context(CONNECTOR, credentials_with(**given), http)

    async def run() -> list[ToolResult | Exception]:
        ends: list[ToolResult | Exception] = []
        for tool, arguments in calls:
            try:
                ends.append(await use(ctx, tool, arguments))
            except Exception as error:
                ends.append(error)
        return ends

    return http, asyncio.run(run())


def always(
    status: int, body: Any = None, headers: Mapping[str, str] | None = None
) -> Callable[[Request], Any]:
    """The same answer to everything."""
    return lambda _: answer(status, body, headers)
