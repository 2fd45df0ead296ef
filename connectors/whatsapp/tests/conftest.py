"""A WhatsApp connector that talks to a Meta of the tests' own over a real socket."""

import asyncio
import dataclasses
import threading
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest

from connectors.kit import schema
from connectors.kit.context import Http, InboxReader
from connectors.kit.testing import FakeInbox, context
from connectors.kit.tool import ToolResult
from connectors.whatsapp.connector import CONNECTOR
from connectors.whatsapp.credentials import WhatsAppCredentials
from connectors.whatsapp.tests.meta import ACCOUNT, NUMBER, TOKEN, Meta
from connectors.whatsapp.tests.meta_server import Server
from hermes.core.http import HttpClient

TOOLS = {tool.name: tool for tool in CONNECTOR.tools}


@dataclasses.dataclass
class Calling:
    """Calls of tools by name, as acme."""

    meta: Meta
    http: Http | None = None
    inbox: InboxReader = dataclasses.field(default_factory=FakeInbox)
    token: str = TOKEN
    account: str = ACCOUNT

    def __call__(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The data of a call, held against the tool's output schema."""
        data = schema.dump(self.result(name, **arguments).data)
        published = schema.output_schema(TOOLS[name]) or {}
        jsonschema_rs.validator_for(published).validate(data)
        return data

    def result(self, name: str, /, **arguments: Any) -> ToolResult:
        """The whole result of a call."""
        parsed = schema.parse_arguments(TOOLS[name], arguments)
        result: ToolResult = self.run(lambda ctx: TOOLS[name].handler(ctx, parsed))
        return result

    def run(self, scenario: Callable[[Any], Any]) -> Any:
        """Run `scenario(ctx)` in a loop of its own."""

        async def play() -> Any:
            client = HttpClient(bases=[self.meta.base])
            try:
                return await scenario(self._context(self.http or client))
            finally:
                await client.aclose()

        return asyncio.run(play())

    def _context(self, http: Http) -> Any:
        credentials = WhatsAppCredentials.parse(
            {"phone_number_id": NUMBER, "waba_id": self.account, "access_token": self.token}
        )
        config = {"WHATSAPP_API_BASE": self.meta.base}
        return context(CONNECTOR, credentials, http, inbox=self.inbox, config=config)


@pytest.fixture
def meta() -> Iterator[Meta]:
    """Meta on a free port of loopback."""
    state = Meta()
    server = Server(state)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield state
    state.stopped.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def call(meta: Meta) -> Calling:
    """`call("whatsapp_send_text", to=..., text=...)`."""
    return Calling(meta)
