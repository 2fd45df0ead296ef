"""Kills (-9) in turn: worker (F01), one of its children (F02), broker (F04), database (F11), web; and queues
thrown away (F06).
"""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.load.inbound.system import System

PAUSE_S = 2.0
AWAY_S = 1.0


async def kill_in_turn(ours: System, is_over: Callable[[], bool]) -> dict[str, int]:
    """Kill one after the other until `is_over`; how often each."""
    kills: Counter[str] = Counter()
    acts: dict[str, Callable[[], Awaitable[None]]] = {
        "worker": lambda: _again(ours, "worker"),
        "queues": lambda: _wait_for(ours.purge_queues),
        "broker": lambda: _store_again(ours, "broker"),
        "child": lambda: _kill_child(ours),
        "database": lambda: _store_again(ours, "database"),
        "web": lambda: _again(ours, "web"),
    }
    while not is_over():
        for name, act in acts.items():
            await asyncio.sleep(PAUSE_S)
            if is_over():
                break
            if name != "database" or ours.database:
                await act()
                kills[name] += 1
    return dict(kills)


async def _again(ours: System, name: str) -> None:
    ours.kill(name)
    await asyncio.sleep(AWAY_S)
    ours.start(name)


async def _store_again(ours: System, name: str) -> None:
    store = ours.broker if name == "broker" else ours.database
    assert store is not None
    store.kill()
    await asyncio.sleep(AWAY_S)
    await _wait_for(store.start)


async def _kill_child(ours: System) -> None:
    worker = ours.processes["worker"].pid
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    for child in children[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)


async def _wait_for(work: Callable[[], None]) -> None:
    """Meanwhile the sender goes on."""
    await asyncio.get_running_loop().run_in_executor(None, work)
