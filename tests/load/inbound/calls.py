"""Calls over REST at a steady rate, each timed from the moment it was due: waiting for others counts."""

import asyncio
import dataclasses
import time
from collections import Counter

from tests.load.inbound.traffic import exchange
from tests.load.requests import post

TOOL = "hermes_inbox"
ANSWER_WITHIN_S = 15.0


@dataclasses.dataclass(slots=True)
class Calls:
    """Seconds to each 200, and how often each status came."""

    times: list[float] = dataclasses.field(default_factory=list)
    statuses: Counter[str] = dataclasses.field(default_factory=Counter)

    @property
    def success(self) -> float:
        """The share of 200s."""
        return self.statuses["200"] / max(1, self.statuses.total())

    def add(self, other: "Calls") -> None:
        """Count those of another customer too."""
        self.times += other.times
        self.statuses += other.statuses


async def steady(key: str, port: int, *, rate: float, seconds: float, connections: int = 1) -> Calls:
    """Look into the inbox of the key `rate` times a second."""
    made, content = (
        Calls(),
        post(f"/api/tools/{TOOL}", {}, {"Authorization": f"Bearer {key}"}, marker="").content,
    )
    due = iter([time.perf_counter() + n / rate for n in range(round(rate * seconds))])

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for at in due:
            await asyncio.sleep(at - time.perf_counter())
            status = await asyncio.wait_for(exchange(content, reader, writer), ANSWER_WITHIN_S)
            made.statuses[status] += 1
            if status == "200":
                made.times.append(time.perf_counter() - at)
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return made
