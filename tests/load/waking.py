"""`python -m tests.load.waking`: how soon a subscriber hears of what another process accepted.

Two web processes and a worker over one database: the subscriber is at one, a contact writes at the
other (by the sandbox, signed) and settled by the worker. Prints the time from the post to the notification in
both eras. Options: `--events N` (50).
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from hermes.local.loopback import ask
from tests.load.bench import UVICORN
from tests.load.goals import Goal
from tests.load.hermes import Hermes, hermes
from tests.load.processes import CORES, free_port, running
from tests.load.streams import Streams

INBOX = "hermes://inbox"
PAUSE_S = 0.2
WORKER = (
    "-m celery -A hermes.celery --quiet worker --pool threads --concurrency 2 --queues inbound,maintenance"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.waking", description=__doc__)
    parser.add_argument("--events", type=int, default=50)
    events = parser.parse_args().events
    ports = free_port(), free_port()
    with hermes(free_port()) as ours, contextlib.ExitStack() as stack:
        for port in ports:
            words = [*UVICORN, str(port), "hermes.asgi:application"]
            stack.enter_context(running(words, port=port, core=CORES[0], log=ours.log, env=ours.env))
        stack.enter_context(worker(ours))
        for era in ("modern", "session"):
            times = sorted(asyncio.run(woken(ports, ours.test_key, era, events)))
            sys.stdout.write(
                f"{era}, {events} events: p50 {times[len(times) // 2] * 1000:.0f} ms, "
                f"p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms\n"
                f"{Goal(name=f'the slowest, s ({era})', value=times[-1], most=1)}\n"
            )


async def woken(ports: tuple[int, int], key: str, era: str, events: int) -> list[float]:
    """Seconds from each post at the second port to its notification at the first."""
    streams = Streams(ports[0], key, era, INBOX)
    await streams.add(1)
    times = []
    for number in range(-5, events):
        said = {"sender": "12025550100", "text": f"message {number}"}
        began = time.monotonic()
        heard = asyncio.ensure_future(streams.until("heard", streams.open[0].heard + 1))
        path = "/api/sandbox/whatsapp/inbound"
        reply = await asyncio.to_thread(ask, ports[1], "POST", path, key=key, body=said)
        if reply.status != 202:
            raise SystemExit(f"the message was not taken: {reply}")
        await heard
        if number >= 0:  # the first ones warm up
            times.append(time.monotonic() - began)
        await asyncio.sleep(PAUSE_S)
    await streams.leave(1)
    return times


@contextlib.contextmanager
def worker(ours: Hermes) -> Iterator[None]:
    """A worker that settles what comes in, until the block ends."""
    with ours.log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *WORKER.split()], env={**os.environ, **ours.env}, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
