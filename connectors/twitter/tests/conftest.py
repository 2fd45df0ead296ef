"""The X tools over X's stand-in, and what they ask of it."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import jsonschema_rs
import pytest

from connectors.kit import schema
from connectors.kit.connector import Identity
from connectors.kit.context import HttpResponse, ToolContext
from connectors.kit.testing import Request, context
from connectors.kit.tool import ToolResult
from connectors.kit.watch import Sight
from connectors.sandbox import Inbound, MemoryStore
from connectors.sandbox.twitter import Standin, credentials
from connectors.twitter import watching
from connectors.twitter.connector import CONNECTOR
from connectors.twitter.credentials import TwitterCredentials
from hermes.core import clock

TOOLS = {tool.name: tool for tool in CONNECTOR.tools}
T = TypeVar("T")
Replies = Callable[[Request], HttpResponse | None]
WEB = "https://files.example.com/"


def _run(work: Awaitable[T]) -> T:
    async def play() -> T:
        return await work

    return asyncio.run(play())


@dataclasses.dataclass
class Account:
    """A connected account: calls of tools by name, and every request X got for them.

    `replies` answers in X's place, or leaves a request to the stand-in by None.
    """

    token: str
    standin: Standin = dataclasses.field(default_factory=lambda: Standin(MemoryStore()))
    replies: Replies | None = None
    asked: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    memory: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __call__(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The data of a call, held against the tool's output schema."""
        data = schema.dump(self.result(name, **arguments).data)
        jsonschema_rs.validator_for(schema.output_schema(TOOLS[name]) or {}).validate(data)
        return data

    def result(self, name: str, /, **arguments: Any) -> ToolResult:
        """What the handler hands back."""
        parsed = schema.parse_arguments(TOOLS[name], arguments)
        return _run(TOOLS[name].handler(self.context(), parsed))

    def verify(self) -> Identity:
        """What connecting asks."""
        return _run(CONNECTOR.verify(self.context()))

    def look(self, cursor: str = "") -> Sight:
        """What the watch asks."""
        return _run(watching.look(self.context(), cursor))

    def somebody(self, **event: Any) -> Any:
        """A person of the sandbox does something."""
        return _run(self.standin.inbound(Inbound(**event)))

    def requests(self, method: str, path: str) -> list[dict[str, Any]]:
        """What was asked of a path."""
        return [r for r in self.asked if r["method"] == method and r["url"].endswith(path)]

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:
        """Outbound HTTP, written down."""
        self.asked.append({"method": method, "url": url, **asked})
        if self.replies is not None:
            request = Request(
                method=method,
                url=url,
                headers={},
                bearer=asked.get("bearer"),
                params=asked.get("params") or {},
                json=asked.get("json"),
                form=None,
                parts=asked.get("parts"),
                content=None,
                limit_bytes=0,
            )
            told = self.replies(request)
            if told is not None:
                return told
        return await self.standin.request(method, url, **asked)

    def context(self) -> ToolContext:
        """A call's context, at the present."""
        ctx = context(CONNECTOR, TwitterCredentials.parse({"access_token": self.token}), self)
        return dataclasses.replace(ctx, memory=self.memory, now=clock.now)


def opened(token: str = "") -> Account:
    """An account that has just been connected."""
    made = Account(token or credentials()["access_token"])
    made.verify()
    made.asked.clear()
    return made


@pytest.fixture
def account() -> Account:
    """An account with a few posts."""
    return opened()
