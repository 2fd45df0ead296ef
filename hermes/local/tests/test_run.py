"""`make run` as a person sees it: it starts, introduces itself, and leaves nothing behind."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hermes.local import place
from hermes.local.loopback import ask
from hermes.local.redis import private_redis
from hermes.local.sockets import redis_socket, redis_url

START_DEADLINE_S = 60


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """What a person's shell gives the command: none of the tests' own settings."""
    own = ("HERMES_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "CELERY_", "MCP_API_KEY")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    return {**kept, "HERMES_DATA_DIR": str(folder), "PORT": str(port), **more}


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


class Run:
    """One `python -m hermes.local.run`."""

    def __init__(self, folder: Path, port: int, **more: str) -> None:
        self.folder = folder
        self.port = port
        folder.mkdir(parents=True, exist_ok=True)
        self.said_to = folder.parent / f"said-{port}-{time.monotonic_ns()}"
        with self.said_to.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hermes.local.run"],
                env=environment(folder, port, **more),
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.said_to.read_text(errors="replace")

    def until_ready(self) -> None:
        self.until(lambda: "Ctrl-C ends everything" in self.said())

    def until(self, done: Callable[[], bool], deadline_s: float = START_DEADLINE_S) -> None:
        end = time.monotonic() + deadline_s
        while not done():
            assert time.monotonic() < end, self.said()
            assert self.process.poll() is None or done(), self.said()
            time.sleep(0.05)

    def children(self) -> list[int]:
        """Every process that runs with this data directory, the run itself left out."""
        setting = f"HERMES_DATA_DIR={self.folder}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_ours = setting in (entry / "environ").read_bytes().split(b"\0")
                # Redis writes over its environment and shows its socket as its command.
                if is_ours or os.fsencode(redis_socket(self.folder)) in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return [pid for pid in found if pid not in (self.process.pid, os.getpid())]

    def test_key(self) -> str:
        found = re.search(r"hms_test_\S+", self.said())
        assert found
        return found[0]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(folder: Path | None = None, **more: str) -> Run:
        runs.append(Run(folder or tmp_path / "data", free_port(), **more))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()
        while left := run.children():
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def leaves_nothing(run: Run) -> None:
    run.until(lambda: not run.children(), 10)
    assert not redis_socket(run.folder).exists()
    assert not (run.folder / "run.lock").exists()
    place.free_loopbacks(run.port)


@pytest.mark.timeout(150)
def test_starts_serves_the_printed_key_and_starts_again_with_the_same_one(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    folder = tmp_path / "a folder with spaces"
    first = start(folder)
    first.until_ready()
    assert f"http://localhost:{first.port}/mcp" in first.said()
    tools = ask(first.port, "GET", "/api/tools", key=first.test_key())
    assert "whatsapp_send_text" in json.dumps(tools.body)
    first.process.send_signal(signal.SIGINT)
    first.until(lambda: first.process.poll() is not None, 20)
    assert first.process.returncode == 0
    assert first.said().rstrip().endswith("Hermes has stopped.")
    leaves_nothing(first)

    second = start(folder)
    second.until_ready()
    assert second.test_key() == first.test_key()
    second.process.send_signal(signal.SIGTERM)
    second.until(lambda: second.process.poll() is not None, 20)
    leaves_nothing(second)


@pytest.mark.kill
@pytest.mark.timeout(150)
@pytest.mark.parametrize("victim", ["web", "redis"])
def test_one_process_that_dies_ends_all_and_is_named(start: Callable[..., Run], victim: str) -> None:
    run = start()
    run.until_ready()
    ends_with(run, victim)


@pytest.mark.kill
@pytest.mark.timeout(150)
@pytest.mark.parametrize("victim", ["worker", "beat"])
def test_one_process_that_dies_at_the_start_ends_all_and_is_named(
    start: Callable[..., Run], victim: str
) -> None:
    run = start()
    run.until(lambda: bool(pids_of(run, victim)))
    ends_with(run, victim)


def ends_with(run: Run, victim: str) -> None:
    pid = min(pids_of(run, victim))  # a worker may have children by now
    os.kill(pid, signal.SIGKILL)
    run.until(lambda: run.process.poll() is not None, 20)
    assert run.process.returncode != 0
    assert re.search(rf"{victim} ended by itself .*, so Hermes has stopped", run.said().splitlines()[-1])
    leaves_nothing(run)


def pids_of(run: Run, name: str) -> list[int]:
    words = {"web": b"hermes.local.web", "worker": b"worker", "beat": b"beat", "redis": b"redis-server"}[name]
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in run.children()}
    return [pid for pid, said in commands.items() if words in said and b"hermes.local.run" not in said]


@pytest.mark.timeout(150)
def test_a_second_run_on_the_same_data_is_refused_in_one_sentence(start: Callable[..., Run]) -> None:
    first = start()
    first.until(lambda: bool(first.children()))
    second = start(first.folder)
    assert second.process.wait(30) != 0
    assert second.said() == f"Hermes already runs on {first.folder}; end that run or set HERMES_DATA_DIR.\n"


@pytest.mark.timeout(150)
def test_stores_named_in_the_environment_are_used(start: Callable[..., Run], tmp_path: Path) -> None:
    database = tmp_path / "elsewhere.sqlite3"
    with private_redis(tmp_path / "given.sock", tmp_path / "given", durable=False) as given:
        run = start(REDIS_URL=redis_url(given.socket), DATABASE_URL=f"sqlite:///{database}")
        run.until_ready()
        assert not redis_socket(run.folder).exists()
        run.process.send_signal(signal.SIGTERM)
        run.until(lambda: run.process.poll() is not None, 20)
        assert given.process is not None
        assert given.process.poll() is None
    assert database.stat().st_size
    assert not (run.folder / "hermes.sqlite3").exists()


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        run = Run(tmp_path / "data", port)
        assert run.process.wait(30) != 0
    assert run.said() == (f"Port {port} is in use; end what holds it or choose another: PORT=8010 make run\n")


def test_a_port_that_is_no_number_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eight")
    with pytest.raises(place.NotHere, match="PORT is 'eight'; it must be a number from 1 to 65535"):
        place.chosen_port()
