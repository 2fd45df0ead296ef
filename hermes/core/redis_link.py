"""One asynchronous connection to Redis: opened, authenticated, bytes out and replies in."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, cast

import hiredis
from redis.connection import SSLConnection, parse_url

CONNECT_TIMEOUT_S = 1.0
_NOTHING_YET = object()


def packed(*command: str | bytes | float) -> bytes:
    """A command as Redis reads it."""
    return cast("bytes", hiredis.pack_command(cast("Any", command)))


class Link(asyncio.Protocol):
    """An open connection. Replies come one by one to `on_reply`; `on_lost` is called once when it ends.

    Bulk strings are bytes; a refusal by Redis is a `hiredis.ReplyError` value.
    """

    def __init__(self, on_reply: Callable[[Any], None], on_lost: Callable[[], None]) -> None:
        self.on_reply = on_reply
        self.on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._reader = hiredis.Reader(notEnoughData=_NOTHING_YET)

    def send(self, packed: bytes) -> None:
        """Write packed commands."""
        if self._transport is not None:
            self._transport.write(packed)

    def abort(self) -> None:
        """Drop the connection at once; `on_lost` follows."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio calls it."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """As asyncio calls it."""
        reader = self._reader
        reader.feed(data)
        try:
            while (reply := reader.gets()) is not _NOTHING_YET:
                self.on_reply(reply)
        except hiredis.ProtocolError:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        """As asyncio calls it."""
        self._transport = None
        self.on_lost()


async def dial(url: str, *, on_reply: Callable[[Any], None], on_lost: Callable[[], None]) -> Link:
    """Connect to `redis://`, `rediss://` or `unix://`, log in and choose the database.

    Raises OSError (TimeoutError after `CONNECT_TIMEOUT_S`) when that fails, and calls neither callback then.
    """
    options = parse_url(url)  # type: ignore[no-untyped-call]
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        greeting = _Greeting()
        link = await _connect(options, greeting)
        try:
            await greeting.exchange(link, _handshake(options))
        except BaseException:
            link.abort()
            raise
    link.on_reply, link.on_lost = on_reply, on_lost
    return link


class _Greeting:
    """Collects the replies of the handshake."""

    def __init__(self) -> None:
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited = 0

    async def exchange(self, link: Link, commands: list[tuple[str, ...]]) -> None:
        self._awaited = len(commands)
        link.send(b"".join(packed(*command) for command in commands))
        await self._done

    def take(self, reply: Any) -> None:
        self._awaited -= 1
        if self._done.done():
            return
        if isinstance(reply, hiredis.ReplyError):
            self._done.set_exception(ConnectionRefusedError("Redis refused the login or the database number"))
        elif self._awaited == 0:
            self._done.set_result(None)

    def lose(self) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionResetError("Redis closed the connection"))


async def _connect(options: dict[str, Any], greeting: _Greeting) -> Link:
    loop = asyncio.get_running_loop()

    def link() -> Link:
        return Link(greeting.take, greeting.lose)

    if path := options.get("path"):
        _, made = await loop.create_unix_connection(link, path)
        return made
    host, port = options.get("host", "localhost"), options.get("port", 6379)
    transport, made = await loop.create_connection(link, host, port, ssl=_tls(options))
    connected = transport.get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return made


def _handshake(options: dict[str, Any]) -> list[tuple[str, ...]]:
    commands: list[tuple[str, ...]] = []
    if password := options.get("password"):
        username = options.get("username")
        commands.append(("AUTH", username, password) if username else ("AUTH", password))
    if database := options.get("db"):
        commands.append(("SELECT", str(database)))
    commands.append(("PING",))
    return commands


def _tls(options: dict[str, Any]) -> ssl.SSLContext | None:
    if options.get("connection_class") is not SSLConnection:
        return None
    get = options.get
    context = ssl.create_default_context(cafile=get("ssl_ca_certs"), capath=get("ssl_ca_path"))
    if certificate := get("ssl_certfile"):
        context.load_cert_chain(certificate, get("ssl_keyfile"), get("ssl_password"))
    if get("ssl_cert_reqs") == "none":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
