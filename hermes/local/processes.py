"""The processes of `make run` and their supervision: one ends, all end."""

import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Message, Printer

from hermes.local.console import has_colours

# Who tries Hermes in a container is root there; the production image is not.
ROOT_IS_FINE = ("-W", "ignore:You're running the worker with superuser privileges")
STOPPED = re.compile(r"(\w+) stopped \(rc=(-?\d+)\)")


def commands(addresses: Sequence[str], port: int, folder: Path) -> Mapping[str, Sequence[str]]:
    """The command of each process by its name."""
    endpoints = [f"tcp:{port}:interface={address.replace(':', chr(92) + ':')}" for address in addresses]
    # Behind the web process, so that a start is as quick as it can be.
    celery = ["nice", sys.executable, *ROOT_IS_FINE, "-m", "celery", "-A", "hermes.celery", "--quiet"]
    schedule = str(folder / "beat-schedule")
    return {
        "web": [
            *(sys.executable, "-m", "hermes.local.web", "-v", "0", "--access-log", "-"),
            *(word for e in endpoints for word in ("--endpoint", e)),
            "hermes.asgi:application",
        ],
        "worker": [
            *(*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning"),
            *("--without-gossip", "--without-mingle", "--queues", "inbound,outbound,maintenance"),
        ],
        "beat": [*celery, "beat", "--loglevel", "warning", "--pidfile=", "--schedule", schedule],
    }


class Console(Printer):  # type: ignore[misc]  # honcho is untyped
    """Prints the processes' lines, remembers which process ended first and tells when all were started."""

    def __init__(self, on_first_line: Callable[[], None]) -> None:
        super().__init__(sys.stdout)
        self.ended_first = ""
        self._on_first_line: Callable[[], None] | None = on_first_line

    def write(self, message: Message) -> None:
        """Print one line; honcho's own are read, not printed."""
        if self._on_first_line:
            begin, self._on_first_line = self._on_first_line, None
            begin()
        if message.colour is not None:
            text = message.data.decode(errors="replace").rstrip()
            sys.stdout.write(f"{self._named(message)} {text}\n")
            sys.stdout.flush()
        elif not self.ended_first and (stopped := STOPPED.match(message.data)):
            self.ended_first = f"{stopped[1]} ended by itself (exit status {stopped[2]})"

    def _named(self, message: Message) -> str:
        name = f"{message.name:<{self.width}} |"
        return f"\033[{message.colour}m{name}\033[0m" if has_colours() else name


class Processes:
    """The supervised processes of one run."""

    def __init__(
        self, cmds: Mapping[str, Sequence[str]], *, cwd: Path, on_started: Callable[[], None]
    ) -> None:
        self.console = Console(on_started)
        self.manager = Manager(self.console)
        # The web process' access log says what happens; less than a warning would say it twice.
        env = {"HERMES_LOG_LEVEL": "WARNING", **os.environ, "PYTHONUNBUFFERED": "1"}
        for name, words in cmds.items():
            self.manager.add_process(name, "exec " + shlex.join(words), env=env, cwd=str(cwd))

    def loop(self) -> str:
        """Run until a signal or until one ends; '' after a signal, else which process ended first and how."""
        self.manager.loop()
        return "" if self.manager.returncode in (130, 143) else self.console.ended_first

    def end(self) -> None:
        """End all of them; `loop` then returns."""
        self.manager.terminate()
