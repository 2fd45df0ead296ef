"""Inbound events under load and under kills, on stores of the run's own.

`burst`: 10,000 signed messages (10 % twice) for 500 numbers at 64 connections, beside the bare ASGI echo.
`fair`: twenty customers, each with a call and a message a second, alone and beside one that has 5,000 waiting
messages, gets 100 more a second and calls ten times as often as it may.
`away`: the broker is away for minutes of messages.
`kill`: 4,000 messages while worker, broker, database and web are killed (-9) in turn and queues are purged.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.load.generator import percentile
from tests.load.inbound import ledger, traffic
from tests.load.inbound.away import away
from tests.load.inbound.fairness import fair
from tests.load.inbound.kills import kill_in_turn
from tests.load.inbound.report import require, say, share_over, show
from tests.load.inbound.system import System, accounts, system
from tests.load.inbound.traffic import Post, Result
from tests.load.processes import OTHER_CORE, Failed, free_port, running

UVICORN = ("-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--port")
DRAINED_WITHIN_S = 120.0
SETTLED_WITHIN_S = 300.0


def main() -> None:
    """Run what was asked for; exit status 1 where it does not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.inbound",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--database", choices=("sqlite", "mariadb"), default="sqlite")
    parser.add_argument("--broker", choices=("redis", "rabbitmq"), default="redis")
    parser.add_argument("--events", type=int, default=0, help="messages; each run has its own number")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=1, help="how long the broker is away")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hermes-inbound-") as folder:
        say(f"{options.run}: {options.database}, {options.broker}")
        with system(Path(folder), options.database, options.broker) as ours:
            try:
                RUNS[options.run](ours, options)
            except Failed as failure:
                say(f"FAILED: {failure}")
                sys.exit(1)


def burst(ours: System, options: argparse.Namespace) -> None:
    """Goals: p50 <= 250 ms, under 1 % over 1 s, none lost, drained in 120 s."""
    count = options.events or 10_000
    posts = traffic.messages(accounts("burst", 500), count, doubled=0.1)
    bare_port = free_port()
    log = ours.folder / "bare.log"
    words = [*UVICORN, str(bare_port), "tests.load.echo:application"]
    say(f"{'':22} {'posts/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'over 1 s':>9} {'of bare':>8}")
    with running(words, port=bare_port, core=OTHER_CORE, log=log):
        bare = asyncio.run(traffic.send(posts, bare_port, connections=options.connections))
    show("bare ASGI echo", bare, bare)
    ours.begin("web")
    show(
        "intake alone",
        post(ours, traffic.messages(accounts("warm", 500), count, doubled=0.1, seed=1), options),
        bare,
    )
    ours.begin("worker", "beat")
    behind = ledger.await_drained(SETTLED_WITHIN_S)
    say(f"a backlog of {count * 1.1:,.0f} drained in {behind:.1f} s")
    got = post(ours, posts, options)
    show("intake and workers", got, bare)
    drained = ledger.await_drained(SETTLED_WITHIN_S)
    found = ledger.balance(got.acknowledged)
    slow = share_over(got, 1.0)
    say(f"drained {drained:.1f} s after the last answer; {found}")
    p50 = percentile(sorted(got.times), 50)
    require(found.is_even, "an acknowledged message has not exactly one effect")
    require(not got.refused, f"answers other than 200: {got.refused}")
    require(p50 <= 250 and slow < 0.01, "slower than p50 250 ms or 1 % over 1 s")
    require(max(behind, drained) <= DRAINED_WITHIN_S, "not drained in time")


def kill(ours: System, options: argparse.Namespace) -> None:
    """Goal: every message answered 200 has exactly one effect."""
    posts = traffic.messages(accounts("kill", 40), options.events or 4_000, doubled=0.1)
    ours.begin("web", "worker", "beat")

    async def both() -> tuple[Result, dict[str, int]]:
        sending = asyncio.create_task(
            traffic.send(posts, ours.port, connections=options.connections, rate=len(posts) / 60)
        )
        return await sending_under_kills(sending, ours)

    got, kills = asyncio.run(both())
    say(f"killed: {kills}; not 200, and posted again: {got.refused}")
    drained = ledger.await_drained(SETTLED_WITHIN_S)
    found = ledger.balance(got.acknowledged)
    say(f"{len(got.acknowledged):,} messages acknowledged; settled after {drained:.1f} s; {found}")
    require(found.is_even, "an acknowledged message has not exactly one effect")


async def sending_under_kills(sending: "asyncio.Task[Result]", ours: System) -> tuple[Result, dict[str, int]]:
    """Kill until everything is sent."""
    kills = await kill_in_turn(ours, sending.done)
    return await sending, kills


def post(ours: System, posts: list[Post], options: argparse.Namespace) -> Result:
    """Send as fast as it goes."""
    return asyncio.run(traffic.send(posts, ours.port, connections=options.connections))


RUNS: dict[str, Callable[[System, argparse.Namespace], None]] = {
    "burst": burst,
    "fair": fair,
    "away": away,
    "kill": kill,
}

if __name__ == "__main__":
    main()
