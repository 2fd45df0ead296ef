"""`python -m tests.load.streams`: what open event streams cost, on one core.

Opens subscribers of `hermes://connections` in the era asked for, then tells: memory per stream, how long a
`ping` takes meanwhile, how soon all hear of a change, how soon streams that are left are given back, and how
soon all end when the process is told to. Options: `--streams N` (1000), `--era modern|session`, `--pings N`.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hermes.local.loopback import ask
from tests.load.bench import UVICORN, upstream
from tests.load.goals import Goal
from tests.load.hermes import Hermes, hermes
from tests.load.processes import MEASURED_CORE, OTHER_CORE, free_port, running
from tests.load.requests import modern_post, post, rpc, session_headers

URI = "hermes://connections"
WARM_UP = 50
OPENED_AT_ONCE = 50
DEADLINE_S = 60.0


@dataclasses.dataclass(slots=True)
class Stream:
    """One open stream; `heard` counts the notifications that a resource changed."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: int = 0
    ended: float = 0.0

    async def listen(self) -> None:
        """Read until the server ends it."""
        with contextlib.suppress(OSError):
            async for line in self.reader:
                self.heard += b"resources/updated" in line
        self.ended = time.monotonic()


class Streams:
    """The subscribers of one key at one port, all of one resource."""

    def __init__(self, port: int, key: str, era: str, uri: str) -> None:
        self._port = port
        self._uri = uri
        self._auth = {"Authorization": f"Bearer {key}"}
        self._era = era
        self.open: list[Stream] = []
        self._listening: list[asyncio.Task[None]] = []

    async def add(self, count: int) -> None:
        """Open so many more, each acknowledged or at least begun."""
        for start in range(0, count, OPENED_AT_ONCE):
            batch = range(start, min(start + OPENED_AT_ONCE, count))
            self.open += await asyncio.gather(*(self._opened() for _ in batch))
        self._listening += [asyncio.ensure_future(s.listen()) for s in self.open[-count:]]

    async def leave(self, count: int) -> None:
        """Close so many."""
        for stream in self.open[-count:]:
            stream.writer.close()
        del self.open[-count:]
        await asyncio.sleep(0)

    async def until(self, happened: str, count: int) -> float:
        """Seconds until all streams have heard `count` times or, with `ended`, have ended."""
        began = time.monotonic()
        while not all((s.ended if happened == "ended" else s.heard >= count) for s in self.open):
            if time.monotonic() - began > DEADLINE_S:
                raise SystemExit(f"not all streams have {happened} within {DEADLINE_S:.0f} s")
            await asyncio.sleep(0.005)
        return time.monotonic() - began

    async def _opened(self) -> Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(await self._request())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"a stream was refused: {head.decode()}")
        return Stream(reader, writer)

    async def _request(self) -> bytes:
        if self._era == "modern":
            wanted = {"notifications": {"resourceSubscriptions": [self._uri]}}
            return modern_post("subscriptions/listen", wanted, self._auth).content
        # A newer stream of a session takes the place of the older, so each stream has a session.
        own = await asyncio.to_thread(session_headers, self._port, self._auth)
        watch = post("/mcp", rpc("resources/subscribe", {"uri": self._uri}), {**own, **self._auth}, marker="")
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(watch.content)
        if b" 200 " not in await reader.readline():
            raise SystemExit("a subscription was refused")
        writer.close()
        lines = ["GET /mcp HTTP/1.1", "Host: localhost:8000", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in {**own, **self._auth}.items() if name != "Accept"]
        return "\r\n".join([*lines, "", ""]).encode()


class Ping:
    """The time of one `ping` of a session, again and again on one connection."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        auth = {"Authorization": f"Bearer {key}"}
        self._request = post(
            "/mcp", rpc("ping", {}), {**session_headers(port, auth), **auth}, marker=""
        ).content

    async def times_ms(self, count: int) -> list[float]:
        """So many times, in milliseconds, sorted."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        times = []
        for _ in range(count):
            began = time.perf_counter()
            writer.write(self._request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.01)
        writer.close()
        return sorted(times)


def main() -> None:
    """Measure and print."""
    options = arguments()
    os.sched_setaffinity(0, {OTHER_CORE})
    os.environ["HERMES_STREAMS_PER_CUSTOMER"] = str(options.streams + WARM_UP)
    upstream_port, port = free_port(), free_port()
    with hermes(upstream_port) as ours, upstream(upstream_port, ours.folder / "upstream.log"):
        words = [*UVICORN, str(port), "hermes.asgi:application"]
        env = {**ours.env, "HERMES_MCP_CONFORMANCE": "0"}
        with running(words, port=port, core=MEASURED_CORE, log=ours.log, env=env) as process:
            ours.connect(port)
            for goal in asyncio.run(measured(process, port, ours, options)):
                sys.stdout.write(f"{goal}\n")


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--era", choices=("modern", "session"), default="modern")
    parser.add_argument("--pings", type=int, default=500)
    return parser.parse_args()


async def measured(
    process: "subprocess.Popen[bytes]", port: int, ours: Hermes, options: argparse.Namespace
) -> list[Goal]:
    """Everything in order, over one set of streams."""
    streams, ping = Streams(port, ours.key, options.era, URI), Ping(port, ours.key)
    await streams.add(WARM_UP)
    await streams.leave(WARM_UP)
    await ping.times_ms(50)
    await asyncio.sleep(1)
    memory, files = rss_kb(process.pid), open_files(process.pid)
    idle = await ping.times_ms(options.pings)
    await streams.add(options.streams)
    await asyncio.sleep(2)
    each_kb = (rss_kb(process.pid) - memory) / options.streams
    busy = await ping.times_ms(options.pings)
    told = await change_heard(streams, port, ours.key)
    left = options.streams // 2
    await streams.leave(left)
    given_back = await files_given_back(process.pid, files + len(streams.open))
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    ended = await streams.until("ended", 0)
    await asyncio.to_thread(process.wait, DEADLINE_S)
    exited = time.monotonic() - began
    sys.stdout.write(
        f"{options.streams} streams, {options.era}; ping idle p50 {statistics.median(idle):.2f} ms\n"
    )
    return [
        Goal(name="memory per open stream, KB", value=each_kb, most=20),
        Goal(name="ping p50 meanwhile, ms", value=statistics.median(busy), most=50),
        Goal(name="ping p95 meanwhile, ms", value=busy[int(len(busy) * 0.95)], most=50),
        Goal(name="all have heard of a change after, s", value=told, most=1),
        Goal(name=f"{left} that left are given back after, s", value=given_back, most=10),
        Goal(name="the others have ended after SIGTERM, s", value=ended, most=10),
        Goal(name="the process has ended after SIGTERM, s", value=exited, most=10),
    ]


async def change_heard(streams: Streams, port: int, key: str) -> float:
    """Seconds from asking for a change of the connections until every stream has heard of it."""
    (connection,) = ask(port, "GET", "/api/connections", key=key).body["connections"]
    path = f"/api/connections/{connection['id']}"
    heard = asyncio.ensure_future(streams.until("heard", 1))
    reply = await asyncio.to_thread(ask, port, "PATCH", path, key=key, body={"status": "paused"})
    if reply.status != 200:
        raise SystemExit(f"the connection was not changed: {reply}")
    return await heard


async def files_given_back(pid: int, down_to: int) -> float:
    """Seconds until the process has so few open files."""
    began = time.monotonic()
    while open_files(pid) > down_to + 5:
        if time.monotonic() - began > DEADLINE_S:
            raise SystemExit(f"{open_files(pid)} files are still open")
        await asyncio.sleep(0.01)
    return time.monotonic() - began


def rss_kb(pid: int) -> int:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def open_files(pid: int) -> int:
    """How many files and sockets a process has open."""
    return sum(1 for _ in _entries(Path(f"/proc/{pid}/fd")))


def _entries(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from folder.iterdir()


if __name__ == "__main__":
    main()
