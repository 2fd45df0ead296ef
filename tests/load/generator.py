"""A load generator: one request, sent again and again over kept connections by a process of its own.

`python -m tests.load.generator '<job as JSON>'` prints one JSON object. It reads just enough
of HTTP to know where an answer ends, so that it never is what limits the measurement.
"""

import asyncio
import base64
import json
import sys
import time
from typing import Any

import uvloop


class Client(asyncio.Protocol):
    """One connection: sends the request, times the answer, sends it again."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.buffer = bytearray()
        self.began = 0.0

    def connection_made(self, transport: Any) -> None:
        """Begin at once."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Send the request."""
        self.began = time.perf_counter()
        self.transport.write(self.load.request)

    def data_received(self, data: bytes) -> None:
        """Take in a piece of the answer; at its end count it and go on."""
        self.buffer += data
        end = answer_end(self.buffer)
        if end is None:
            return
        answer = bytes(self.buffer[:end])
        del self.buffer[:end]
        if self.load.count(answer, time.perf_counter() - self.began):
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (the protocol's signature)
        """Connections are kept, so the end of one in the measured time is an error."""
        self.load.lost()


def answer_end(buffer: bytearray) -> int | None:
    """Where the first answer in `buffer` ends, or None while it is not whole."""
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    head = bytes(buffer[:head_end]).lower()
    start = head_end + 4
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        line_end = head.find(b"\r\n", at + 2)
        length = int(head[at + 17 : line_end if line_end >= 0 else None])
        return start + length if len(buffer) >= start + length else None
    last = buffer.find(b"\r\n0\r\n\r\n", head_end)
    return last + 7 if last >= 0 else None


class Load:
    """One measurement: `connections` side by side for `seconds`, after `warmup` seconds that do not count."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.request = base64.b64decode(job["request"])
        self.marker = job["marker"].encode()
        self.times: list[float] = []
        self.errors = 0
        self.first_error = ""
        now = time.perf_counter()
        self.starts = now + job["warmup"]
        self.ends = self.starts + job["seconds"]
        self.open = job["connections"]
        self.done = asyncio.Event()

    def count(self, answer: bytes, seconds: float) -> bool:
        """Note an answer; whether to go on."""
        now = time.perf_counter()
        is_good = answer.startswith(b"HTTP/1.1 200") and self.marker in answer
        if self.starts <= now < self.ends:
            self.times.append(seconds)
        if not is_good:
            self.errors += 1
            self.first_error = self.first_error or answer[:600].decode(errors="replace")
        return now < self.ends and self.errors < 100

    def lost(self) -> None:
        """A connection ended."""
        if time.perf_counter() < self.ends:
            self.errors += 1
            self.first_error = self.first_error or "the connection was closed"
        self.open -= 1
        if self.open == 0:
            self.done.set()

    async def run(self) -> dict[str, Any]:
        """Measure; times are in milliseconds."""
        loop = asyncio.get_running_loop()
        for _ in range(self.job["connections"]):
            await loop.create_connection(lambda: Client(self), "127.0.0.1", self.job["port"])
        await asyncio.wait_for(self.done.wait(), self.job["warmup"] + self.job["seconds"] + 30)
        ordered = sorted(self.times)
        return {
            "rps": len(ordered) / self.job["seconds"],
            "errors": self.errors,
            "first_error": self.first_error,
            **{f"p{n}": percentile(ordered, n) for n in (50, 95, 99)},
        }


def percentile(ordered: list[float], percent: int) -> float:
    """Of sorted seconds, in milliseconds; 0 where there are none."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000 if ordered else 0.0


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(Load(json.loads(sys.argv[1])).run())))
