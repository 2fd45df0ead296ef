"""Twenty quiet customers alone, and beside one that has a backlog and calls ten times as often as it may."""

import argparse
import asyncio
import dataclasses
from collections.abc import Sequence

from billing.plans import PLANS
from tests.load.generator import percentile
from tests.load.inbound import calls, ledger, traffic
from tests.load.inbound.calls import Calls
from tests.load.inbound.report import require, say
from tests.load.inbound.system import System, Tenant, tenant
from tests.load.inbound.traffic import Result
from tests.load.processes import Failed

SECONDS = 20
QUIET = 20
PLAN = "growth"
TOO_OFTEN = 10
BEGUN_WITH = 1.5  # the backlog that is posted, over what must still wait when the measurement begins
NOISY_EVENTS = 100.0  # a second, on top of the backlog
REFUSED_MOSTLY = 0.2  # the share of calls let through when a reserve is spent
SETTLED_WITHIN_S = 300.0


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """What customers called and what was posted for them, in the same time."""

    calls: Calls
    posts: Result

    def show(self, name: str) -> tuple[float, float]:
        """A row of the table; the p95 of calls and of effects, in milliseconds."""
        times, lags = sorted(self.calls.times), ledger.lags(self.posts.acknowledged)
        if len(lags) != len(self.posts.acknowledged):
            raise Failed("an acknowledged message has no effect")
        told = [f"{percentile(seconds, n):9,.1f}" for seconds in (times, lags) for n in (50, 95)]
        say(f"{name:18}{self.calls.statuses.total():8,}{self.calls.success:10.2%}{''.join(told)}")
        return percentile(times, 95), percentile(lags, 95)


def fair(ours: System, options: argparse.Namespace) -> None:
    """Goals: quiet p95 at most twice that alone, 99.9 % 200s, effects in 5 s; 429 for 90 % of the excess."""
    noisy, quiet = tenant("noisy", 20, PLAN), [tenant(f"quiet{n}", 1, PLAN) for n in range(QUIET)]
    ours.begin("web", "worker", "beat")
    asyncio.run(_quiet(ours, quiet, seconds=3, seed=1))  # warms up
    alone = asyncio.run(_quiet(ours, quiet, seconds=SECONDS, seed=2))
    ledger.await_drained(SETTLED_WITHIN_S)
    ours.kill("worker")
    waiting = options.events or 5_000
    backlog = traffic.messages(noisy.numbers, round(waiting * BEGUN_WITH), doubled=0.0, seed=3)
    asyncio.run(traffic.send(backlog, ours.port, connections=options.connections))
    ours.start("worker")
    ledger.await_drained(SETTLED_WITHIN_S, down_to=len(backlog) - 1)
    asyncio.run(_spend_reserve(ours, noisy))
    require(ledger.waiting() >= waiting, f"of the backlog only {ledger.waiting()} were left to begin with")
    beside, loud = asyncio.run(_together(ours, quiet, noisy))
    ledger.await_drained(SETTLED_WITHIN_S)
    say(f"{'':18}{'calls':>8}{'of 200':>10}{'p50 ms':>9}{'p95 ms':>9}{'effects':>9}{'p95 ms':>9}")
    alone_p95, _ = alone.show("quiet, alone")
    beside_p95, effects_p95 = beside.show("quiet, beside it")
    loud.show("the noisy one")
    excess = loud.calls.statuses.total() - _rate() * SECONDS
    refused = loud.calls.statuses["429"] / excess
    say(f"quiet p95 is {beside_p95 / alone_p95:.2f} of alone; 429 for {refused:.1%} of the excess")
    require(beside_p95 <= 2 * alone_p95, "quiet customers' calls take more than twice as long")
    require(min(alone.calls.success, beside.calls.success) >= 0.999, f"calls failed: {beside.calls.statuses}")
    require(effects_p95 <= 5_000, "a quiet customer's event waits longer than 5 s at p95")
    require(refused >= 0.9, f"the noisy customer was let through: {loud.calls.statuses}")


def _rate() -> float:
    """What the noisy one may call in a second."""
    return PLANS[PLAN].calls_per_minute / 60


async def _spend_reserve(ours: System, noisy: Tenant) -> None:
    """A customer that has been quiet may call for a minute at once; this one has not been quiet."""
    success, reserve = 1.0, PLANS[PLAN].calls_per_minute
    while success > REFUSED_MOSTLY:
        made = await calls.steady(noisy.key, ours.port, rate=reserve, seconds=0.2, connections=8)
        success = made.success


async def _together(ours: System, quiet: Sequence[Tenant], noisy: Tenant) -> tuple[Share, Share]:
    posts = traffic.messages(noisy.numbers, round(SECONDS * NOISY_EVENTS), doubled=0.0, seed=4)
    beside, loud, told = await asyncio.gather(
        _quiet(ours, quiet, seconds=SECONDS, seed=5),
        calls.steady(noisy.key, ours.port, rate=TOO_OFTEN * _rate(), seconds=SECONDS, connections=8),
        traffic.send(posts, ours.port, connections=8, rate=NOISY_EVENTS),
    )
    return beside, Share(loud, told)


async def _quiet(ours: System, quiet: Sequence[Tenant], *, seconds: int, seed: int) -> Share:
    """Each calls once a second, and gets one message a second."""
    posts = traffic.messages([q.numbers[0] for q in quiet], len(quiet) * seconds, doubled=0.0, seed=seed)
    calling = asyncio.gather(*(_one(ours, q, seconds, n / len(quiet)) for n, q in enumerate(quiet)))
    told = await traffic.send(posts, ours.port, connections=8, rate=len(quiet))
    made = Calls()
    for own in await calling:
        made.add(own)
    return Share(made, told)


async def _one(ours: System, customer: Tenant, seconds: int, after_s: float) -> Calls:
    await asyncio.sleep(after_s)
    return await calls.steady(customer.key, ours.port, rate=1, seconds=seconds)
