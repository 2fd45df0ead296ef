"""Both HTTP clients, asked the same way: `BOTH` runs a test with each of them."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest

from hermes.core.errors import HermesError
from hermes.core.http import HttpClient
from hermes.core.http_sync import SyncHttpClient
from hermes.core.tests.internet import Server, serve

BOTH = pytest.mark.parametrize("kind", ["aiohttp", "requests"])
PUBLIC = "93.184.215.14"


class Token:
    """A secret as connectors hand it in."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value


class Client:
    """One of the two clients behind an async face."""

    def __init__(self, kind: str, *, bases: Collection[str] = (), tls: ssl.SSLContext | None = None) -> None:
        self._async = HttpClient(bases=bases, tls=tls) if kind == "aiohttp" else None
        self._sync = SyncHttpClient(bases=bases, tls=tls) if kind == "requests" else None

    async def request(self, method: str, url: str, **options: Any) -> Any:
        """The answer, or the error of Hermes that was raised."""
        try:
            if self._async is not None:
                return await self._async.request(method, url, **options)
            assert self._sync is not None
            return await asyncio.to_thread(self._sync.request, method, url, **options)
        except HermesError as error:
            return error

    async def aclose(self) -> None:
        if self._async is not None:
            await self._async.aclose()
        if self._sync is not None:
            self._sync.close()


@contextlib.asynccontextmanager
async def opened(
    kind: str, *, bases: Collection[str] = (), tls: ssl.SSLContext | None = None
) -> AsyncIterator[Client]:
    """A client for the length of a block."""
    client = Client(kind, bases=bases, tls=tls)
    try:
        yield client
    finally:
        await client.aclose()


def exchange(kind: str, server: Server, *calls: dict[str, Any], method: str = "POST") -> list[Any]:
    """The answers (or errors) of `calls` to `server`, one after the other, by one client."""

    async def scenario() -> list[Any]:
        async with serve(server), opened(kind, bases={server.base}) as client:
            return [
                await client.request(method, server.base + call.pop("path", "/x"), **call) for call in calls
            ]

    return asyncio.run(scenario())


def packed(body: bytes, *headers: bytes) -> bytes:
    """An answer with its length."""
    head = b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body)])
    return head + b"\r\n\r\n" + body
