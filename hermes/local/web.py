"""Daphne with limits: a request body cap, an absolute read deadline and a cap on connections.

Daphne takes in the whole body before the application runs and restarts its idle timer at
every byte, so no application could hold these limits itself.
"""

import asyncio
import resource
from typing import Any

from daphne import server as daphne_server
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.defer import Deferred
from twisted.web.http import HTTPChannel

from hermes.core import closing
from hermes.environment import choose_settings

BODY_LIMIT_BYTES = 4 * 1024 * 1024
READ_DEADLINE_S = 30
CONNECTION_LIMIT = 10_000
DRAIN_S = 4.0  # honcho kills after 5 s
REFUSAL = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedRequest(WebRequest):
    """A request whose body is refused beyond BODY_LIMIT_BYTES, by its declared length or while it arrives."""

    received = 0

    def gotLength(self, length: int | None) -> None:  # noqa: N802  (Twisted's name)
        """Refuse by the declared length; `None` is a chunked body."""
        super().gotLength(length)
        if length and length > BODY_LIMIT_BYTES:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Keep a piece of the body, or refuse the request once there is too much of it."""
        if self.received > BODY_LIMIT_BYTES:
            return
        self.received += len(data)
        if self.received > BODY_LIMIT_BYTES:
            self._refuse()
        else:
            super().handleContentChunk(data)

    def process(self) -> Any:
        """Hand a request that was not refused to the application."""
        return None if self.received > BODY_LIMIT_BYTES else super().process()

    def _refuse(self) -> None:
        self.received = BODY_LIMIT_BYTES + 1
        self.channel.write(REFUSAL)
        self.channel.loseConnection()


class BoundedChannel(HTTPChannel):
    """A connection on which a whole request must arrive within READ_DEADLINE_S of its first byte."""

    arriving = False

    def resetTimeout(self) -> None:  # noqa: N802
        """Start the deadline at a request's first byte; later bytes do not move it."""
        if not self.arriving:
            self.arriving = True
            super().resetTimeout()

    def allContentReceived(self) -> None:  # noqa: N802
        """The request is in; the next byte begins another one."""
        self.arriving = False
        super().allContentReceived()


class BoundedFactory(HTTPFactory):
    """Makes bounded channels while fewer than CONNECTION_LIMIT requests, streams and sockets are open."""

    protocol = BoundedChannel

    def __init__(self, server: daphne_server.Server) -> None:
        super().__init__(server)
        self.timeOut = READ_DEADLINE_S

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """A channel for a new connection, or None, which closes it."""
        if len(self.server.connections) >= CONNECTION_LIMIT:
            return None
        channel = super().buildProtocol(addr)
        channel.requestFactory = BoundedRequest
        return channel


class BoundedServer(daphne_server.Server):
    """Daphne's server without query strings in its access log (people put secrets there) and with a drain."""

    def kill_all_applications(self) -> Any:
        """End the streams, wait for what runs, then cancel what is left; Twisted stops when that is done."""
        drained = Deferred.fromFuture(asyncio.ensure_future(self._drain()))
        return drained.addCallback(lambda _: super(BoundedServer, self).kill_all_applications())

    async def _drain(self) -> None:
        for listening in self.listeners:
            listening.addCallback(lambda port: port.stopListening())
        closing.begin()
        open_ones = [
            c["application_instance"] for c in self.connections.values() if "application_instance" in c
        ]
        calls = asyncio.ensure_future(closing.drain(DRAIN_S))
        await asyncio.wait([calls, *open_ones], timeout=DRAIN_S)

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Log one request by its path alone."""
        super().log_action(protocol, action, {**details, "path": details["path"].partition("?")[0]})


class BoundedCommand(CommandLineInterface):
    """Daphne's command line on the bounded server."""

    server_class = BoundedServer


def allow_open_files() -> None:
    """Raise this process's limit of open files as far as it may: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    """Serve, as Daphne's command line says."""
    choose_settings()
    allow_open_files()
    daphne_server.HTTPFactory = (
        BoundedFactory  # Server.run() makes its factory by this name; there is no other way in
    )
    BoundedCommand.entrypoint()


if __name__ == "__main__":
    main()
