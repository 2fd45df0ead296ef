"""The Instagram tools over Instagram's stand-in, and what they ask of it."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import jsonschema_rs
import pytest

from connectors.instagram import containers
from connectors.instagram.connector import CONNECTOR
from connectors.instagram.credentials import InstagramCredentials
from connectors.kit import calls, schema
from connectors.kit.connector import Identity
from connectors.kit.context import HttpResponse
from connectors.kit.testing import FakeFiles, FakeHttp, FakeInbox, Request, context
from connectors.kit.tool import ToolResult
from connectors.sandbox import Inbound, MemoryStore
from connectors.sandbox.instagram import Standin, credentials

TOOLS = {tool.name: tool for tool in CONNECTOR.tools}
T = TypeVar("T")
Replies = Callable[[Request], HttpResponse]


def run(work: Awaitable[T]) -> T:
    """Await in a loop of its own."""

    async def play() -> T:
        return await work

    return asyncio.run(play())


@dataclasses.dataclass
class Account:
    """A connected account: calls of tools by name, and every request Instagram got for them.

    `script` are answers, or errors, of the next requests that fit (method, end of the path).
    """

    token: str
    standin: Standin = dataclasses.field(default_factory=lambda: Standin(MemoryStore()))
    inbox: FakeInbox = dataclasses.field(default_factory=FakeInbox)
    files: FakeFiles = dataclasses.field(default_factory=FakeFiles)
    script: list[tuple[str, str, HttpResponse | type[Exception]]] = dataclasses.field(default_factory=list)
    replies: Replies | None = None
    asked: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    def __call__(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The data of a call, held against the tool's output schema."""
        data = schema.dump(self.result(name, **arguments).data)
        jsonschema_rs.validator_for(schema.output_schema(TOOLS[name]) or {}).validate(data)
        return data

    def result(self, name: str, /, **arguments: Any) -> ToolResult:
        """The whole result of a call."""
        parsed = schema.parse_arguments(TOOLS[name], arguments)
        return run(TOOLS[name].handler(self.context(), parsed))

    def verify(self) -> Identity:
        """What connecting asks."""
        return run(CONNECTOR.verify(self.context()))

    def somebody(self, event: Inbound) -> dict[str, Any]:
        """What Meta posts when a person of the sandbox does something."""
        return run(self.standin.inbound(event))

    def requests(self, method: str, path: str) -> list[dict[str, Any]]:
        """What was asked of a path."""
        return [r for r in self.asked if r["method"] == method and r["url"].endswith(path)]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Every request Instagram may have acted on."""
        return [r for r in self.asked if r["method"] not in ("GET", "HEAD")]

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:
        """Outbound HTTP, written down."""
        self.asked.append({"method": method, "url": url, **asked})
        for place, (wanted, path, told) in enumerate(self.script):
            if wanted == method and url.endswith(path):
                del self.script[place]
                if isinstance(told, HttpResponse):
                    return told
                raise told
        if self.replies is not None:
            return await FakeHttp(self.replies).request(method, url, **asked)
        return await self.standin.request(method, url, **asked)

    def context(self) -> Any:
        """The context of one call."""
        given = InstagramCredentials.parse({"access_token": self.token})
        made = context(CONNECTOR, given, self, inbox=self.inbox)
        return dataclasses.replace(made, files=self.files)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "PAUSES_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(calls, "FIRST_PAUSE_S", 0.001)


@pytest.fixture
def account() -> Account:
    """An account that was just connected."""
    made = Account(credentials()["access_token"])
    made.verify()
    made.asked.clear()
    return made
