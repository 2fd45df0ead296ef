"""The broker is away for minutes while messages come in, then comes back (F05)."""

import argparse
import asyncio
import time
from collections.abc import Sequence

from tests.load.generator import percentile
from tests.load.inbound import ledger, traffic
from tests.load.inbound.report import require, say
from tests.load.inbound.system import System, accounts
from tests.load.inbound.traffic import Account, Result

RATE = 50
BEFORE_S, AFTER_S = 5, 20
INTAKE_P99_MS = 1_500
DRAINED_WITHIN_S = 120.0
HEALTHY_WITHIN_S = 10.0


def away(ours: System, options: argparse.Namespace) -> None:
    """Goals: p99 <= 1.5 s meanwhile, none lost, drained in 120 s, the workers at work again in 10 s."""
    numbers, seconds = accounts("away", 40), round(options.minutes * 60)
    ours.begin("web", "worker", "beat")
    before = _steady(ours, numbers, BEFORE_S, seed=1)
    ledger.await_drained(DRAINED_WITHIN_S)
    ours.broker.kill()
    meanwhile = _steady(ours, numbers, seconds, seed=2)
    waiting = ledger.waiting()
    ours.broker.start()
    back = time.time()
    after = _steady(ours, numbers, AFTER_S, seed=3)
    ledger.await_drained(DRAINED_WITHIN_S)
    effects = [at - back for at in ledger.effects(meanwhile.acknowledged).values()]
    first, drained = min(at for at in effects if at > 0), max(effects)
    found = ledger.balance([name for part in (before, meanwhile, after) for name in part.acknowledged])
    _show("before", before)
    _show(f"away for {seconds} s", meanwhile)
    _show(f"back, {AFTER_S} s", after)
    say(f"{waiting:,} waited; first effect {first:.1f} s, last {drained:.1f} s after it was back; {found}")
    require(found.is_even, "an acknowledged message has not exactly one effect")
    require(not meanwhile.refused, f"answers other than 200 meanwhile: {meanwhile.refused}")
    require(
        percentile(sorted(meanwhile.times), 99) <= INTAKE_P99_MS, "the intake was slower than 1.5 s at p99"
    )
    require(drained <= DRAINED_WITHIN_S, "the backlog was not drained in time")
    require(first <= HEALTHY_WITHIN_S, "the workers came back too late")


def _steady(ours: System, numbers: Sequence[Account], seconds: int, *, seed: int) -> Result:
    posts = traffic.messages(numbers, seconds * RATE, doubled=0.0, seed=seed)
    return asyncio.run(traffic.send(posts, ours.port, connections=16, rate=RATE))


def _show(name: str, got: Result) -> None:
    answers, lags = sorted(got.times), ledger.lags(got.acknowledged)
    told = [f"{percentile(times, n):9,.1f}" for times in (answers, lags) for n in (50, 99)]
    say(f"{name:18} {len(answers):7,} answers p50, p99 ms {''.join(told[:2])}; effects {''.join(told[2:])}")
