"""The LinkedIn tools over LinkedIn's stand-in, and what they ask of it."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import jsonschema_rs
import pytest

from connectors.kit import schema
from connectors.kit.connector import Identity
from connectors.kit.context import HttpResponse
from connectors.kit.testing import FakeHttp, Request, context
from connectors.linkedin.connector import CONNECTOR
from connectors.linkedin.credentials import LinkedInCredentials
from connectors.sandbox import Inbound, MemoryStore
from connectors.sandbox.linkedin import Standin, credentials

TOOLS = {tool.name: tool for tool in CONNECTOR.tools}
T = TypeVar("T")
Replies = Callable[[Request], HttpResponse]


def _run(work: Awaitable[T]) -> T:
    async def play() -> T:
        return await work

    return asyncio.run(play())


@dataclasses.dataclass
class Account:
    """A connected member: calls of tools by name, and every request LinkedIn got for them."""

    token: str
    standin: Standin = dataclasses.field(default_factory=lambda: Standin(MemoryStore()))
    replies: Replies | None = None
    asked: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    def __call__(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The data of a call, held against the tool's output schema."""
        parsed = schema.parse_arguments(TOOLS[name], arguments)
        data = schema.dump(_run(TOOLS[name].handler(self._context(), parsed)).data)
        jsonschema_rs.validator_for(schema.output_schema(TOOLS[name]) or {}).validate(data)
        return data

    def verify(self) -> Identity:
        """What connecting asks."""
        return _run(CONNECTOR.verify(self._context()))

    def somebody(self, event: Inbound) -> None:
        """A person of the sandbox does something."""
        _run(self.standin.inbound(event))

    def requests(self, method: str, path: str) -> list[dict[str, Any]]:
        """What was asked of a path."""
        return [r for r in self.asked if r["method"] == method and path in r["url"]]

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:
        """Outbound HTTP, written down."""
        self.asked.append({"method": method, "url": url, **asked})
        if self.replies is not None:
            http = FakeHttp(self.replies)
            return await http.request(method, url, **asked)
        return await self.standin.request(method, url, **asked)

    def _context(self) -> Any:
        return context(CONNECTOR, LinkedInCredentials.parse({"access_token": self.token}), self)


@pytest.fixture
def account() -> Account:
    """A member with a page."""
    made = Account(credentials()["access_token"])
    made.verify()
    made.asked.clear()
    return made
