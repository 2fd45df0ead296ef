"""A Telegram connector that talks to the stand-in behind a real socket of loopback."""

import asyncio
import dataclasses
import json
from collections import deque
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from aiohttp import web

from connectors.kit import calls, schema
from connectors.kit.context import Part
from connectors.kit.testing import FakeInbox, context
from connectors.kit.tool import ToolResult
from connectors.sandbox import MemoryStore
from connectors.sandbox.telegram import Standin
from connectors.telegram.connector import CONNECTOR
from connectors.telegram.credentials import TelegramCredentials
from hermes.core.http import HttpClient
from hermes.core.http_types import CutOff, NotReached

TOKEN = "123456:AAExample-Token_of-35-characters000"
TOOLS = {tool.name: tool for tool in CONNECTOR.tools}
CHAT, GROUP = "123456789", "-1001000000001"


@dataclasses.dataclass(frozen=True)
class Seen:
    """One request as Telegram got it."""

    verb: str
    path: str
    method: str
    body: dict[str, Any]


@dataclasses.dataclass
class Telegram:
    """The stand-in on a socket. Answers from `script` go first: (status, headers, body), or "cut"."""

    standin: Standin = dataclasses.field(default_factory=lambda: Standin(MemoryStore()))
    base: str = ""
    seen: list[Seen] = dataclasses.field(default_factory=list)
    script: deque[Any] = dataclasses.field(default_factory=deque)

    def sent(self, method: str = "") -> list[dict[str, Any]]:
        """The bodies of the changes (of one method)."""
        return [s.body for s in self.seen if s.verb == "POST" and method in ("", s.method)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        given = await _arguments(request)
        body = given.get("json") or {p.name: p.content for p in given.get("parts", ())}
        self.seen.append(Seen(request.method, request.path, request.path.rpartition("/")[2], body))
        scripted = self.script.popleft() if self.script else None
        if isinstance(scripted, tuple):
            status, headers, told = scripted
            if callable(told):
                await told()
            raw = told if isinstance(told, bytes) else json.dumps(None if callable(told) else told).encode()
            return web.Response(status=status, headers=headers, body=raw)
        try:
            if scripted == "cut":
                raise CutOff
            answer = await self.standin.request(request.method, f"https://t{request.rel_url}", **given)
        except (CutOff, NotReached):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return {"json": await request.json()}
    if request.content_type != "multipart/form-data":
        return {}
    return {"parts": [_part(name, value) for name, value in (await request.post()).items()]}


def _part(name: str, value: Any) -> Part:
    if isinstance(value, web.FileField):
        return Part(
            name=name, content=value.file.read(), filename=value.filename, content_type=value.content_type
        )
    return Part(name=name, content=value)


@dataclasses.dataclass
class Calling:
    """Calls of tools by name, as acme."""

    telegram: Telegram
    inbox: FakeInbox = dataclasses.field(default_factory=FakeInbox)
    token: str = TOKEN

    def __call__(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The data of a call, held against the tool's output schema."""
        data = schema.dump(self.result(name, **arguments).data)
        jsonschema_rs.validator_for(schema.output_schema(TOOLS[name]) or {}).validate(data)
        return data

    def result(self, name: str, /, **arguments: Any) -> ToolResult:
        """The whole result of a call."""
        parsed = schema.parse_arguments(TOOLS[name], arguments)
        result: ToolResult = self.run(lambda ctx: TOOLS[name].handler(ctx, parsed))
        return result

    def run(self, scenario: Callable[[Any], Any]) -> Any:
        """Run `scenario(ctx)` in a loop of its own, with a Telegram on a free port."""

        async def play() -> Any:
            app = web.Application(client_max_size=200_000_000)
            app.router.add_route("*", "/{tail:.*}", self.telegram.handle)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.telegram.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            client = HttpClient(bases=[self.telegram.base])
            try:
                return await scenario(self._context(client))
            finally:
                await client.aclose()
                await runner.cleanup()

        return asyncio.run(play())

    def _context(self, http: Any) -> Any:
        credentials = TelegramCredentials.parse({"bot_token": self.token})
        made = context(
            CONNECTOR, credentials, http, inbox=self.inbox, config={"TELEGRAM_API_BASE": self.telegram.base}
        )
        # What lies on the web is the stand-in's small samples.
        return dataclasses.replace(made, web=self.telegram.standin)


@pytest.fixture
def telegram() -> Telegram:
    """A Telegram with an account of its own."""
    return Telegram()


@pytest.fixture
def call(telegram: Telegram) -> Calling:
    """`call("telegram_send_message", chat_id=..., text=...)`."""
    return Calling(telegram)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "FIRST_PAUSE_S", 0.001)
