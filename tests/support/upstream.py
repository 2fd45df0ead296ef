"""A platform on loopback that does what it is told and remembers what it was asked."""

import asyncio
import contextlib
import dataclasses
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import web


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request as the platform got it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclasses.dataclass
class Upstream:
    """Answers from `script` first (status, headers, JSON; `"cut"` drops the connection after reading)."""

    base: str = ""
    asked: list[Asked] = dataclasses.field(default_factory=list)
    script: deque[Any] = dataclasses.field(default_factory=deque)
    gate: asyncio.Event | None = None
    respond: Callable[[Asked], Any] = lambda asked: {"id": "1", "name": "n", "item": "i"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = Asked(request.method, request.path, dict(request.headers), body)
        self.asked.append(asked)
        if self.gate is not None:
            await self.gate.wait()
        scripted = self.script.popleft() if self.script else None
        if scripted == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if scripted is not None:
            status, headers, data = scripted
            return web.json_response(data, status=status, headers=headers)
        return web.json_response(self.respond(asked))


@contextlib.asynccontextmanager
async def serve(upstream: Upstream) -> AsyncIterator[Upstream]:
    """Serve `upstream` on a free loopback port."""
    app = web.Application(client_max_size=200_000_000)
    app.router.add_route("*", "/{tail:.*}", upstream.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    upstream.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield upstream
    finally:
        await runner.cleanup()
