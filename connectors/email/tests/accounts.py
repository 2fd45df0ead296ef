"""An account at the mail servers, and the tools called on it as the executor calls them."""

import asyncio
import dataclasses
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from connectors.email.connector import CONNECTOR
from connectors.email.credentials import EmailCredentials
from connectors.kit import schema
from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext, proceed
from connectors.kit.testing import FakeHttp, answer, context
from connectors.kit.tool import ToolResult
from hermes.core import clock, egress
from hermes.core.threads import waiting

T = TypeVar("T")
TOOLS = {tool.name: tool for tool in CONNECTOR.tools}


@dataclasses.dataclass
class Account:
    """Calls go to the network by `dial`, the guard's own unless replaced."""

    given: dict[str, str]
    dial: Callable[[str, int], Any] = egress.dial
    files: Mapping[str, bytes] = dataclasses.field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.given["address"]

    def call(self, name: str, /, *, call_token: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The data of a result."""
        return schema.dump(self.result(name, call_token=call_token, **arguments).data)

    def result(
        self,
        name: str,
        /,
        *,
        call_token: str | None = None,
        before_change: Callable[[Mapping[str, Any]], None] = proceed,
        **arguments: Any,
    ) -> ToolResult:
        tool = TOOLS[name]
        params = schema.parse_arguments(tool, {k.rstrip("_"): v for k, v in arguments.items()})
        ctx = dataclasses.replace(
            self._context(), call_token=call_token or secrets.token_hex(16), before_change=before_change
        )
        return asyncio.run(_awaited(tool.handler(ctx, params)))

    def verify(self) -> Identity:
        return asyncio.run(_awaited(CONNECTOR.verify(self._context())))

    def _context(self) -> ToolContext:
        http = FakeHttp(lambda asked: answer(200, self.files[asked.url], {"content-type": "application/pdf"}))
        made = context(CONNECTOR, EmailCredentials.parse(self.given), http)
        return dataclasses.replace(made, dial=self.dial, blocking=waiting, now=clock.now)


def received(account: Account, count: int = 1, **wanted: Any) -> list[dict[str, Any]]:
    """The messages of the inbox, once there are so many."""
    ends = time.monotonic() + 30
    while True:
        found: list[dict[str, Any]] = account.call("email_list_messages", **wanted)["messages"]
        if len(found) >= count or time.monotonic() > ends:
            assert len(found) >= count
            return found
        time.sleep(0.1)


async def _awaited(work: Awaitable[T]) -> T:
    return await work
