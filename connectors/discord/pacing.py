"""Discord's finer limits as one account meets them, kept in the memory of its connection.

A global limit and a Discord that fails are `connectors.kit.patience`'s. Nothing here is shared between
accounts, so no customer waits for another. Facts (developer documentation, "Rate Limits"): limits come in
the X-RateLimit-* headers of each answer; a bucket counts by itself for each channel, server and webhook; a
bot has 50 requests a second in all; who gets 10,000 answers of 401, 403 or 429 in ten minutes has its address
banned, and with it all other customers.
"""

import asyncio
import dataclasses
import time
from collections import OrderedDict, deque
from collections.abc import MutableMapping
from typing import Any

from connectors.discord.errors import asked_s, silence_s
from connectors.discord.limits import REQUESTS_PER_SECOND
from connectors.kit.context import Http, HttpResponse
from hermes.core.errors import RateLimited

PATIENCE_S = 2.0
INVALID = frozenset({401, 403, 429})
INVALID_ANSWERS = 200  # in INVALID_S, of the 10,000 that an address has for all customers
INVALID_S = 600.0
BUCKETS = 500


@dataclasses.dataclass(slots=True)
class Bucket:
    """What is left of a limit until it begins anew, in monotonic seconds."""

    left: int
    until: float


class Pace:
    """What one account may do, and when."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._sent: deque[float] = deque(maxlen=REQUESTS_PER_SECOND)
        self._invalid: deque[float] = deque(maxlen=INVALID_ANSWERS)

    async def before(self, route: str, owner: str) -> None:
        """Wait for a turn on the route of a channel or server, at most `PATIENCE_S`.

        Raises RateLimited with the time to wait where that is longer.
        """
        now = time.monotonic()
        wait_s = self._wait_s(route, owner, now)
        if wait_s > PATIENCE_S:
            raise RateLimited("Discord limits this bot; try again later.", retry_after_s=round(wait_s, 3))
        self._count(route, owner, now + wait_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def after(self, route: str, owner: str, response: HttpResponse) -> None:
        """Learn from an answer."""
        now = time.monotonic()
        if response.status in INVALID and response.headers.get("x-ratelimit-scope") != "shared":
            self._invalid.append(now)
        self._learn(route, owner, response, now)
        if response.status == 429 and silence_s(response) is None:
            self._keep(self._key(route, owner), Bucket(0, now + (asked_s(response) or 1.0)))

    def _wait_s(self, route: str, owner: str, now: float) -> float:
        waits = [0.0]
        bucket = self._buckets.get(self._key(route, owner))
        if bucket is not None and bucket.left <= 0:
            waits.append(bucket.until - now)
        if len(self._sent) == REQUESTS_PER_SECOND:
            waits.append(self._sent[0] + 1.0 - now)
        if len(self._invalid) == INVALID_ANSWERS:
            waits.append(self._invalid[0] + INVALID_S - now)
        return max(waits)

    def _count(self, route: str, owner: str, at: float) -> None:
        self._sent.append(at)
        key = self._key(route, owner)
        bucket = self._buckets.get(key)
        if bucket is None:
            return
        if bucket.until <= at:
            del self._buckets[key]
        else:
            bucket.left -= 1

    def _learn(self, route: str, owner: str, response: HttpResponse, now: float) -> None:
        name = response.headers.get("x-ratelimit-bucket", "")[:64]
        if name:
            self._names[route] = name
        left = _number(response.headers.get("x-ratelimit-remaining"))
        lasts_s = _number(response.headers.get("x-ratelimit-reset-after"))
        if left is not None and lasts_s is not None:
            key = self._key(route, owner)
            known = self._buckets.get(key)
            # Answers overtake each other: within one period only fewer can be left.
            if known is not None and known.until > now and known.left < left:
                left = known.left
            self._keep(key, Bucket(int(left), now + lasts_s))

    def _key(self, route: str, owner: str) -> tuple[str, str]:
        return self._names.get(route, route), owner

    def _keep(self, key: tuple[str, str], bucket: Bucket) -> None:
        self._buckets[key] = bucket
        self._buckets.move_to_end(key)
        while len(self._buckets) > BUCKETS:
            self._buckets.popitem(last=False)


class PacedHttp:
    """`Http` of one account and one route."""

    def __init__(self, http: Http, pace: Pace, route: str, owner: str) -> None:
        self._http = http
        self._pace = pace
        self._route = route
        self._owner = owner

    async def request(self, method: str, url: str, **asked: Any) -> HttpResponse:
        """One exchange in its turn; raises as `Http` and `Pace.before` do."""
        await self._pace.before(self._route, self._owner)
        response = await self._http.request(method, url, **asked)
        self._pace.after(self._route, self._owner, response)
        return response


def pace_of(memory: MutableMapping[str, Any]) -> Pace:
    """The pace of an account, from what this process remembers of it."""
    pace: Pace = memory.setdefault("pace", Pace())
    return pace


def route_of(method: str, path: str) -> tuple[str, str]:
    """The route of a path and whose limit it is: the first channel or server in it, else nobody's."""
    steps = path.split("/")
    owner = steps[1] if len(steps) > 1 and steps[0] in ("channels", "guilds") else ""
    if "reactions" in steps:
        steps[steps.index("reactions") + 1] = "emoji"
    return f"{method} {'/'.join('id' if step.isdecimal() else step for step in steps)}", owner


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e6 else None
