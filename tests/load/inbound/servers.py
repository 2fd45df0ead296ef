"""Stores of a run's own that may be killed and started again: Redis, MariaDB, RabbitMQ; all on loopback."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from hermes.local.redis import server_binary
from tests.load.processes import Failed, free_port

START_DEADLINE_S = 90.0


class Server:
    """A process group that serves at `port` and keeps its data in `folder` over kills."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, as Hermes' settings name it."""
        raise NotImplementedError

    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """How it is started, and what it needs in its environment."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises Failed."""
        words, env = self.command()
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                words, env={**os.environ, **env}, stdout=output, stderr=output, start_new_session=True
            )
        end = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise Failed(f"{words[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """End the group as a crash would."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def end(self) -> None:
        """End it for good, with what it left running."""
        self.kill()


class Redis(Server):
    """Redis that writes nothing to disk: a kill loses all it had."""

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """As `make run` starts it, on a port."""
        return (server_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""), {}


class MariaDb(Server):
    """MariaDB with full durability: what it has committed survives a kill."""

    @property
    def url(self) -> str:
        """Its database `hermes`."""
        return f"mysql://root@127.0.0.1:{self.port}/hermes"

    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """One server, no grants, on loopback."""
        data = self.folder / "data"
        return (
            *("mariadbd", "--no-defaults", f"--datadir={data}", f"--port={self.port}", "--user=root"),
            *("--bind-address=127.0.0.1", f"--socket={self.folder / 'sock'}", "--skip-grant-tables"),
            *("--innodb-flush-log-at-trx-commit=1", "--character-set-server=utf8mb4"),
            *(f"--pid-file={self.folder / 'pid'}", "--innodb-buffer-pool-size=128M"),
        ), {}

    def start(self) -> None:
        """Make the database first where there is none."""
        is_new = not (self.folder / "data").exists()
        if is_new:
            words = [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={self.folder / 'data'}",
                "--user=root",
            ]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        super().start()
        if is_new:
            words = ["mariadb", "-uroot", "-h127.0.0.1", f"-P{self.port}", "-e"]
            subprocess.run([*words, "CREATE DATABASE hermes CHARACTER SET utf8mb4"], check=True)


class RabbitMq(Server):
    """RabbitMQ, a node of its own with its own port mapper."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.node, self.mapper, self.distribution = f"hermes{self.port}@localhost", free_port(), free_port()

    @property
    def url(self) -> str:
        """Its default vhost."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """Nothing of the machine's own RabbitMQ is touched."""
        if shutil.which("rabbitmq-server") is None:
            raise Failed("There is no rabbitmq-server on this machine.")
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n")
        server = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        return (str(server) if server.exists() else "rabbitmq-server",), {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "env"),
            "ERL_EPMD_PORT": str(self.mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def end(self) -> None:
        """The port mapper is a daemon that outlives its node."""
        super().end()
        words = [shutil.which("epmd") or "epmd", "-port", str(self.mapper), "-kill"]
        for _ in range(20):  # it refuses until it has noticed that the node is gone
            if b"Killed" in subprocess.run(words, capture_output=True, check=False).stdout:
                return
            time.sleep(0.1)
