"""Where a local installation lives: its data directory, its port and the lock that keeps it single."""

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


class NotHere(RuntimeError):
    """Hermes cannot run here now; the message says what to do."""


def data_dir() -> Path:
    """HERMES_DATA_DIR or ./var, made readable by its owner only. Raises NotHere."""
    folder = Path(os.environ.get("HERMES_DATA_DIR") or ROOT / "var").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotHere(
            f"{folder} cannot be made ({error.strerror}); set HERMES_DATA_DIR to a folder of yours."
        ) from error
    return folder


def chosen_port() -> int:
    """PORT or 8000. Raises NotHere where it is no port number."""
    given = os.environ.get("PORT") or "8000"
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65536:
        raise NotHere(f"PORT is {given!r}; it must be a number from 1 to 65535.")
    return int(given)


def free_loopbacks(port: int) -> list[str]:
    """The loopback addresses this machine has, all free at `port`. Raises NotHere where one is in use."""
    found = []
    for family, address in LOOPBACKS:
        with contextlib.suppress(NoSuchAddress):
            _try_to_listen(family, address, port)
            found.append(address)
    return found


class NoSuchAddress(Exception):
    """This machine has no such loopback address."""


def _try_to_listen(family: int, address: str, port: int) -> None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((address, port))
            trial.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise NotHere(
                f"Port {port} is in use; end what holds it or choose another: PORT=8010 make run"
            ) from error
        if error.errno == errno.EACCES:
            raise NotHere(
                f"Port {port} may not be opened by this user; choose another: PORT=8010 make run"
            ) from error
        raise NoSuchAddress(address) from error


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data directory's lock; a killed holder's is free. Raises NotHere while it is held."""
    path = folder / "run.lock"
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotHere(f"Hermes already runs on {folder}; end that run or set HERMES_DATA_DIR.") from error
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
