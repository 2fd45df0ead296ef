"""`python -m tests.load.soak`: whether a process with open event streams grows, on one core.

Holds streams open for minutes while some leave and others come, a connection changes and `ping`s go by, all
the time. Prints memory and open files every 30 s, and at the end what they grew by since the first quarter.
Options: `--minutes N` (5), `--streams N` (500), `--era modern|session`.
"""

import argparse
import asyncio
import dataclasses
import os
import subprocess
import sys
import time

from hermes.local.loopback import ask
from tests.load.bench import UVICORN, upstream
from tests.load.goals import Goal
from tests.load.hermes import Hermes, hermes
from tests.load.processes import MEASURED_CORE, OTHER_CORE, free_port, running
from tests.load.streams import URI, WARM_UP, Ping, Streams, open_files, rss_kb

COME_AND_GO = 20
PINGS = 25
PAUSE_S = 1.0
SHOWN_EVERY_S = 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """The process at a moment, seconds after the beginning."""

    at: float
    memory_kb: int
    files: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--era", choices=("modern", "session"), default="modern")
    options = parser.parse_args()
    os.sched_setaffinity(0, {OTHER_CORE})
    os.environ["HERMES_STREAMS_PER_CUSTOMER"] = str(options.streams + WARM_UP)
    upstream_port, port = free_port(), free_port()
    with hermes(upstream_port) as ours, upstream(upstream_port, ours.folder / "upstream.log"):
        words = [*UVICORN, str(port), "hermes.asgi:application"]
        env = {**ours.env, "HERMES_MCP_CONFORMANCE": "0"}
        with running(words, port=port, core=MEASURED_CORE, log=ours.log, env=env) as process:
            ours.connect(port)
            for goal in asyncio.run(soaked(process, port, ours, options)):
                sys.stdout.write(f"{goal}\n")


async def soaked(
    process: "subprocess.Popen[bytes]", port: int, ours: Hermes, options: argparse.Namespace
) -> list[Goal]:
    """Streams for so many minutes."""
    streams, ping = Streams(port, ours.key, options.era, URI), Ping(port, ours.key)
    await streams.add(options.streams)
    (connection,) = ask(port, "GET", "/api/connections", key=ours.key).body["connections"]
    began, samples, times, turns = time.monotonic(), list[Sample](), list[float](), 0
    while (at := time.monotonic() - began) < options.minutes * 60:
        await streams.leave(COME_AND_GO)
        await streams.add(COME_AND_GO)
        turns += 1
        change = {"status": "paused" if turns % 2 else "active"}
        path = f"/api/connections/{connection['id']}"
        reply = await asyncio.to_thread(ask, port, "PATCH", path, key=ours.key, body=change)
        if reply.status != 200:
            raise SystemExit(f"the connection was not changed: {reply}")
        times += await ping.times_ms(PINGS)
        await asyncio.sleep(PAUSE_S)
        samples.append(Sample(at, rss_kb(process.pid), open_files(process.pid)))
        if len(samples) == 1 or at // SHOWN_EVERY_S > samples[-2].at // SHOWN_EVERY_S:
            sys.stdout.write(f"{at:6.0f} s  {samples[-1].memory_kb:9,} KB  {samples[-1].files:6,} files\n")
            sys.stdout.flush()
    await streams.until("heard", 1)
    settled = [s for s in samples if s.at >= samples[-1].at / 4]
    times.sort()
    said = f"{options.streams} streams, {options.era}, {turns} turns of {COME_AND_GO} that leave and come\n"
    sys.stdout.write(said)
    return [
        Goal(name="memory grown, MB", value=(settled[-1].memory_kb - settled[0].memory_kb) / 1024, most=5),
        Goal(name="open files, from least to most", value=_spread([s.files for s in settled]), most=5),
        Goal(name="ping p95 meanwhile, ms", value=times[int(len(times) * 0.95)], most=50),
    ]


def _spread(counts: list[int]) -> int:
    return max(counts) - min(counts)


if __name__ == "__main__":
    main()
