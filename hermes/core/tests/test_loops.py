"""One object per event loop."""

import asyncio
import threading

import pytest

from hermes.core.loops import PerLoop


def test_a_loop_has_one_object_which_is_closed_with_it() -> None:
    closed: list[object] = []
    things: PerLoop[object] = PerLoop(object, closed.append)

    async def scenario() -> tuple[object, object]:
        return things.get(), things.get()

    one, again = asyncio.run(scenario())
    assert one is again
    assert closed == [one]
    other, _ = asyncio.run(scenario())
    assert other is not one
    assert closed == [one, other]


def test_loops_in_several_threads_do_not_share() -> None:
    things: PerLoop[object] = PerLoop(object, lambda _: None)
    found: list[object] = []
    together = threading.Barrier(4, timeout=10)

    async def scenario() -> None:
        found.append(things.get())
        together.wait()

    running = [threading.Thread(target=lambda: asyncio.run(scenario())) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(10)
    assert len(set(map(id, found))) == 4


def test_outside_a_loop_there_is_none() -> None:
    things: PerLoop[object] = PerLoop(object, lambda _: None)
    with pytest.raises(RuntimeError):
        things.get()
