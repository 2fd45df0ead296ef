"""The platforms' stand-ins behind sockets of loopback: a live connection talks to them as to the platform."""

import contextlib
import dataclasses
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from connectors import sandbox
from connectors.kit.connector import Connector
from connectors.kit.context import HttpResponse, Part
from connectors.kit.hosts import may_receive
from connectors.kit.secret import Secret
from connectors.registry import all_connectors
from connectors.sandbox import AuthorizationServer, DialledStandin, MemoryStore, Standin
from hermes.core.http_types import CutOff, NotReached
from tests.support.upstream import Asked

_ISSUED = re.compile(r"sbx\.\w+")
_HOST = re.compile(rb"https://([\w.-]+)")
Answering = Callable[[Connector, web.Request, Asked], Awaitable[Any]]
"""(platform, request, the same as it is remembered) -> an answer of the stand-in's, or as in a script."""


@dataclasses.dataclass(frozen=True)
class Account:
    """An account at a platform: what opens it, and the stand-in that remembers it."""

    platform: str
    credentials: dict[str, str]
    secrets: tuple[str, ...]
    standin: Standin
    store: MemoryStore


class Platforms:
    """Serves every account from a stand-in of its own, found by the secret a request carries.

    Answers from `script` go first: (status, headers, JSON), or `"cut"`, which drops the connection.
    `answer` gives all others.
    """

    def __init__(self) -> None:
        self.bases: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.script: deque[Any] = deque()
        self.answer: Answering = self.told_by_account
        self.refused: set[str] = set()
        self._accounts: list[Account] = []
        self._servers: dict[str, AuthorizationServer] = {}

    def begin(self) -> None:
        """Nobody has an account, nothing was asked and nothing is scripted."""
        self._accounts.clear()
        self.asked.clear()
        self.script.clear()
        self.refused.clear()
        self._servers.clear()
        self.answer = self.told_by_account

    def authorization(self, platform: str) -> AuthorizationServer:
        """The platform's authorization server; accounts it lets Hermes into are opened by their first use."""
        if platform not in self._servers:
            made = sandbox.authorization(platform, MemoryStore())
            assert made is not None
            self._servers[platform] = made
        return self._servers[platform]

    def open_account(self, platform: str, **given: str) -> Account:
        """A new account at a platform; `given` in the place of credentials of the sandbox's making."""
        store = MemoryStore()
        standin = sandbox.standin(platform, store)
        assert standin is not None
        given = given or sandbox.credentials(platform)
        secret = {f.name for f in all_connectors()[platform].credentials.fields() if f.secret}
        account = Account(
            platform, given, tuple(given[name] for name in sorted(secret & set(given))), standin, store
        )
        self._accounts.append(account)
        return account

    async def dial(self, host: str, port: int) -> Any:
        """A line to the mail server of this name; remembered with the secret of the account it belongs to."""
        script = self.script.popleft() if self.script else None
        account = next((a for a in self._accounts if host in a.credentials.values()), None)
        secrets = " ".join(account.secrets) if account else ""
        self.asked.append(Asked("DIAL", f"{host}:{port}", {"Authorization": secrets}, b""))
        if account is None or script is not None or not isinstance(account.standin, DialledStandin):
            raise NotReached
        return await account.standin.dial(host, port)

    def snapshot(self) -> list[Any]:
        """What all accounts hold now."""
        return [account.store.dump() for account in self._accounts]

    def restore(self, snapshot: list[Any]) -> None:
        """Bring back what the accounts of then held."""
        for account, state in zip(self._accounts, snapshot, strict=False):
            account.store.load(state)

    async def handle(self, connector: Connector, request: web.Request) -> web.StreamResponse:
        """Answer one request as `connector`'s platform."""
        asked = Asked(request.method, request.path_qs, dict(request.headers), await request.read())
        self.asked.append(asked)
        told = self.script.popleft() if self.script else await self.answer(connector, request, asked)
        if told == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if isinstance(told, HttpResponse):
            body = self._at_home(connector, told.body)
            return web.Response(status=told.status, headers=dict(told.headers), body=body)
        status, headers, data = told
        return web.json_response(data, status=status, headers=headers)

    async def told_by_account(self, connector: Connector, request: web.Request, asked: Asked) -> Any:
        """What the stand-in of the account answers whose secret the request carries."""
        server = self._servers.get(connector.slug)
        if server is not None and server.serves(str(request.rel_url)):
            return await self._authorized(server, request, asked)
        if any(token in f"{asked.path} {asked.headers}" for token in self.refused):
            return 401, {}, {"error": {"code": 190, "message": "the token was taken back"}}
        account = self._account_of(connector, asked)
        if account is None:
            return 401, {}, {"error": {"code": 190, "message": "no such account"}}
        bearer = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            return await account.standin.request(
                request.method,
                f"https://platform.example{request.rel_url}",
                headers=asked.headers,
                bearer=Secret(bearer) if bearer else None,
                **await _body(request, asked.body),
            )
        except (NotReached, CutOff):
            return "cut"
        finally:
            account.standin.events.clear()

    async def _authorized(self, server: AuthorizationServer, request: web.Request, asked: Asked) -> Any:
        try:
            return await server.request(
                request.method,
                f"https://platform.example{request.rel_url}",
                headers=asked.headers,
                **await _body(request, asked.body),
            )
        except (NotReached, CutOff):
            return "cut"

    def _account_of(self, connector: Connector, asked: Asked) -> Account | None:
        carried = f"{asked.path} {asked.headers}"
        own = (a for a in self._accounts if a.platform == connector.slug)
        found = next((a for a in own if any(secret in carried for secret in a.secrets)), None)
        issued = _ISSUED.search(asked.headers.get("Authorization", ""))
        if found is None and issued is not None:
            return self.open_account(connector.slug, access_token=issued[0])
        return found

    def _at_home(self, connector: Connector, body: bytes) -> bytes:
        """The platform's own further hosts, named in an answer, are this server too."""
        base = self.bases[connector.slug].encode()

        def here(found: re.Match[bytes]) -> bytes:
            is_own = may_receive(found[0].decode(), hosts=connector.hosts, base="https://platform.example")
            return base if is_own else found[0]

        return _HOST.sub(here, body)


@contextlib.asynccontextmanager
async def serve(platforms: Platforms, slugs: Iterable[str]) -> AsyncIterator[Platforms]:
    """Serve each of these platforms on a free port of loopback."""
    async with contextlib.AsyncExitStack() as stack:
        for slug in slugs:
            platforms.bases[slug] = await stack.enter_async_context(_served(platforms, slug))
        yield platforms


@contextlib.asynccontextmanager
async def _served(platforms: Platforms, slug: str) -> AsyncIterator[str]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await platforms.handle(all_connectors()[slug], request)

    app = web.Application(client_max_size=200_000_000)
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _body(request: web.Request, raw: bytes) -> dict[str, Any]:
    match request.content_type:
        case "application/json":
            return {"json": await request.json()}
        case "application/x-www-form-urlencoded":
            return {"form": {name: str(value) for name, value in (await request.post()).items()}}
        case "multipart/form-data":
            return {"parts": [_part(name, value) for name, value in (await request.post()).items()]}
    return {"content": raw} if raw else {}


def _part(name: str, value: Any) -> Part:
    if isinstance(value, web.FileField):
        return Part(
            name=name, content=value.file.read(), filename=value.filename, content_type=value.content_type
        )
    return Part(name=name, content=value if isinstance(value, str | bytes) else bytes(value))
