"""The processes of a measurement, each on its core, and what they cost."""

import base64
import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.load.requests import Request

CORES = sorted(os.sched_getaffinity(0))
MEASURED_CORE, OTHER_CORE = CORES[0], CORES[-1]
START_DEADLINE_S = 60.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one measurement gave; times in milliseconds, `cpu_us` per answer of the measured process."""

    rps: float
    cpu_us: float
    p50: float
    p95: float
    p99: float


class Failed(RuntimeError):
    """A measurement that measured errors; it says what came back."""


def free_port() -> int:
    """A loopback port nobody holds."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    words: Sequence[str], *, port: int, core: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python process that serves at `port`, on one core, until the block ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=output,
        )
    os.sched_setaffinity(process.pid, {core})
    try:
        _wait_for(process, port, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise Failed(f"a server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def cpu_s(process: "subprocess.Popen[bytes]") -> float:
    """Processor time the process has used so far, its threads included."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    process: "subprocess.Popen[bytes] | None",
    request: Request,
    *,
    port: int,
    connections: int,
    seconds: float,
) -> Figures:
    """Load `port` from a process of its own on the other core. Raises Failed."""
    _load(request, port=port, connections=connections, seconds=min(seconds, 1.5))
    before = cpu_s(process) if process else 0.0
    got = _load(request, port=port, connections=connections, seconds=seconds)
    used = (cpu_s(process) if process else 0.0) - before
    if not got["rps"]:
        raise Failed(f"no answer within {seconds:g} s")
    return Figures(
        rps=got["rps"],
        cpu_us=used / (got["rps"] * seconds) * 1e6,
        p50=got["p50"],
        p95=got["p95"],
        p99=got["p99"],
    )


def _load(request: Request, *, port: int, connections: int, seconds: float) -> dict[str, float]:
    job = {
        "port": port,
        "request": base64.b64encode(request.content).decode(),
        "marker": request.marker,
        "connections": connections,
        "warmup": 0,
        "seconds": seconds,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.load.generator", json.dumps(job)], stdout=subprocess.PIPE
    ) as generator:
        os.sched_setaffinity(generator.pid, {OTHER_CORE})
        answer, _ = generator.communicate()
    got: dict[str, float] = json.loads(answer)
    if got["errors"]:
        raise Failed(f"{got['errors']:.0f} wrong answers, the first: {got['first_error']}")
    return got
