"""`make run`: Hermes on this machine with everything it needs, until Ctrl-C."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import django
from django.core.management import call_command

from hermes.environment import choose_settings
from hermes.local import place
from hermes.local.console import paint, say
from hermes.local.processes import Processes, commands
from hermes.local.redis import NoRedis, PrivateRedis, private_redis
from hermes.local.sockets import redis_socket, redis_url
from hermes.local.watch import Watch

# Python drops what a handler raises in a finalizer or a callback; what was told is looked up again.
_told_to_end: list[int] = []


def main() -> None:
    """Run Hermes; ends with one sentence where it cannot."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        folder, port = place.data_dir(), place.chosen_port()
        addresses = place.free_loopbacks(port)
        with place.only_one(folder), _redis(folder) as redis:
            _migrate()
            if _told_to_end:
                raise KeyboardInterrupt
            ended = _supervise(commands(addresses, port, folder), folder, port, redis)
    except (place.NotHere, NoRedis) as refusal:
        sys.exit(paint("red", str(refusal)))
    except KeyboardInterrupt:
        ended = ""
    if ended:
        sys.exit(paint("red", f"{ended}, so Hermes has stopped; the lines above say why."))
    say(paint("bold", "Hermes has stopped."))


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the signature of a signal handler)
    _told_to_end.append(number)
    raise KeyboardInterrupt


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[PrivateRedis | None]:
    if os.environ.get("REDIS_URL"):
        yield None
        return
    with private_redis(redis_socket(folder), folder / "redis", durable=True) as server:
        os.environ["REDIS_URL"] = redis_url(server.socket)
        yield server


def _migrate() -> None:
    choose_settings()
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _supervise(cmds: Mapping[str, Sequence[str]], folder: Path, port: int, redis: PrivateRedis | None) -> str:
    watch = Watch(folder, port, redis)
    processes = Processes(cmds, cwd=place.ROOT, on_started=watch.start)
    watch.on_failure = processes.end
    # A closed terminal ends the run as Ctrl-C does; honcho handles only SIGINT and SIGTERM.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    ended = processes.loop()
    return watch.failure or ended


if __name__ == "__main__":
    main()
