"""Servers on a unix socket that stand in for a Redis that is out of order, or stand before one."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def silent_server(path: Path) -> Iterator[str]:
    """Accepts connections and never answers; yields the URL."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    accepted: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted.append(listener.accept()[0])

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"unix://{path}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for each in accepted:
            each.close()


@contextlib.asynccontextmanager
async def tcp_door(path: Path, tls: Any = None) -> AsyncIterator[int]:
    """A loopback port that leads to a unix socket; yields the port."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(str(path))
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer), return_exceptions=True)

    async with asyncio.TaskGroup() as tasks:
        server = await asyncio.start_server(
            lambda reader, writer: tasks.create_task(serve(reader, writer)), "127.0.0.1", 0, ssl=tls
        )
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
