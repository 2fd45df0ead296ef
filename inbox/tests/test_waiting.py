"""Waiting for events: nothing is lost or doubled between two waits, and waiting costs nothing."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connections

from hermes.core import clock, closing
from hermes.core.deadlocks import repeated
from hermes.core.errors import InvalidArgument, RateLimited
from hermes.core.redis import name, sync_client
from hermes.core.threads import blocking
from inbox import events, waiting
from inbox.events import TYPES, Log
from inbox.models import Event
from inbox.tests.conftest import Line, MakeLine
from inbox.waiting import Happenings, Waiter


def waiter(line: Line) -> Waiter:
    connection = line.connection
    return Waiter(
        customer_id=connection.customer_id, customer=connection.customer.public_id, mode=connection.mode
    )


def run(work: Coroutine[Any, Any, Happenings]) -> Happenings:
    async def bounded() -> Happenings:
        async with asyncio.timeout(20):
            return await work

    return asyncio.run(bounded())


def now(line: Line, cursor: str | None = None, types: Any = TYPES) -> Happenings:
    return run(waiter(line).wait(types=types, cursor=cursor, timeout_s=0))


def ids_in(found: Happenings) -> list[str]:
    return [event.message.message_id for event in found.events]


def test_a_wait_ends_with_the_event_it_waited_for(line: Line) -> None:
    async def play() -> Happenings:
        begun = await waiter(line).wait(types=TYPES, cursor=None, timeout_s=0)
        waits = [
            asyncio.ensure_future(waiter(line).wait(types=TYPES, cursor=begun.cursor, timeout_s=20))
            for _ in range(3)
        ]
        await asyncio.sleep(0.1)
        await blocking(line.receive, line.message("wamid.A"))
        one, *others = await asyncio.gather(*waits)
        assert all(ids_in(other) == ids_in(one) for other in others)
        return one

    (event,) = run(play()).events
    assert (event.type, event.message.message_id) == ("message.received", "wamid.A")
    assert (event.thread, event.platform) == (line.thread().public_id, "whatsapp")
    assert event.message.untrusted


def test_nothing_is_lost_or_doubled_between_waits(line: Line) -> None:
    cursor = now(line).cursor
    line.receive(line.message("wamid.A"), line.message("wamid.B", 1))
    line.receive(line.message("wamid.A"))
    first = now(line, cursor)
    line.receive(line.message("wamid.C", 2))
    second = now(line, first.cursor)
    assert [sorted(ids_in(first)), ids_in(second)] == [["wamid.A", "wamid.B"], ["wamid.C"]]
    assert ids_in(now(line, second.cursor)) == []
    assert sorted(ids_in(now(line, cursor))) == ["wamid.A", "wamid.B", "wamid.C"]


def test_a_reader_misses_nothing_that_many_write_at_once(acme: Any, make_line: MakeLine) -> None:
    """Numbers are given in the order of commits: none appears behind a reader that has gone past it."""
    lines = [make_line(acme.customer) for _ in range(4)]
    cursor, seen = now(lines[0]).cursor, list[str]()

    def write(line: Line) -> None:
        for number in range(15):
            repeated(line.receive)(line.message(f"wamid.{line.phone_id}.{number}", number))
        connections.close_all()

    with ThreadPoolExecutor(len(lines)) as pool:
        writing = [pool.submit(write, line) for line in lines]
        are_done = False
        while not are_done:
            are_done = all(each.done() for each in writing)
            found = now(lines[0], cursor)
            seen += ids_in(found)
            cursor = found.cursor
        for each in writing:
            each.result()
    assert len(seen) == len(set(seen)) == 60


def test_a_wait_looks_for_itself_where_the_bus_says_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOOK_AGAIN_S", 0.1)
    monkeypatch.setattr("inbox.news.announce", lambda *_: None)

    async def play() -> Happenings:
        wait = asyncio.ensure_future(waiter(line).wait(types=TYPES, cursor=None, timeout_s=20))
        await asyncio.sleep(0.3)
        await blocking(line.receive, line.message("wamid.A"))
        return await wait

    assert ids_in(run(play())) == ["wamid.A"]


def test_a_long_backlog_comes_in_parts(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LIMIT_EVENTS", 2)
    cursor = now(line).cursor
    line.receive(*[line.message(f"wamid.{n}", n) for n in range(5)])
    sizes, more = [], True
    while more:
        found = now(line, cursor)
        sizes.append(len(found.events))
        cursor, more = found.cursor, found.more
    assert sizes == [2, 2, 1]


def test_only_the_asked_types_end_a_wait_and_the_others_are_passed_over(line: Line) -> None:
    cursor = now(line).cursor
    line.receive(line.message("wamid.A"))
    line.receive(line.message("wamid.R", 1, kind="reaction", content={"message_id": "wamid.A", "emoji": "+"}))
    found = now(line, cursor, types=("message.reaction",))
    assert [event.type for event in found.events] == ["message.reaction"]
    assert ids_in(now(line, found.cursor)) == []


def test_strangers_and_keys_of_the_other_mode_hear_nothing(line: Line, other_line: Line, shop: Line) -> None:
    """TE11 for waits: not even that something happened."""
    cursors = {each: now(each).cursor for each in (line, other_line, shop)}
    line.receive(line.message("wamid.A"))
    assert ids_in(now(line, cursors[line])) == ["wamid.A"]
    for each in (other_line, shop):
        assert ids_in(now(each, cursors[each])) == []
        assert Log(each.connection.customer_id, each.connection.mode)._last() == 0
        with pytest.raises(InvalidArgument):
            now(each, cursors[line])


def test_events_of_a_disconnected_account_are_not_shown(line: Line) -> None:
    cursor = now(line).cursor
    line.receive(line.message("wamid.A"))
    line.connection.status = "revoked"
    line.connection.save()
    assert ids_in(now(line, cursor)) == []


def test_a_cursor_from_before_the_events_kept_is_refused_and_the_events_go(line: Line) -> None:
    cursor = now(line).cursor
    line.receive(line.message("wamid.A"))
    with time_machine.travel(clock.now() + events.KEPT * 1.01):
        with pytest.raises(InvalidArgument, match="older than 7 days"):
            now(line, cursor)
        events.purge()
    assert not Event.objects.of(line.connection.customer_id).exists()
    assert line.stored("wamid.A").text


def test_a_wait_without_events_ends_in_its_time_with_a_cursor(line: Line) -> None:
    found = run(waiter(line).wait(types=TYPES, cursor=None, timeout_s=0.2))
    line.receive(line.message("wamid.A"))
    assert found.events == []
    assert ids_in(now(line, found.cursor)) == ["wamid.A"]


def test_waits_hold_no_thread_and_so_many_a_customer(
    line: Line, other_line: Line, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = settings.BLOCKING_THREADS + 5
    monkeypatch.setattr(waiting, "WAITERS_PER_CUSTOMER", many)

    async def play() -> Happenings:
        waits = [
            asyncio.ensure_future(waiter(line).wait(types=TYPES, cursor=None, timeout_s=20))
            for _ in range(many)
        ]
        places = name("places", "waits", line.connection.customer.public_id)
        while sync_client().zcard(places) < many:
            await asyncio.sleep(0.01)
        with pytest.raises(RateLimited):
            await waiter(line).wait(types=TYPES, cursor=None, timeout_s=20)
        other = asyncio.ensure_future(waiter(other_line).wait(types=TYPES, cursor=None, timeout_s=20))
        await asyncio.sleep(0.1)
        await blocking(other_line.receive, other_line.message("wamid.O"))
        found = await other
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        assert sync_client().zcard(places) == 0
        return found

    assert ids_in(run(play())) == ["wamid.O"]


def test_a_process_that_ends_ends_its_waits(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "_begun", type(closing._begun)())

    async def play() -> Happenings:
        wait = asyncio.ensure_future(waiter(line).wait(types=TYPES, cursor=None, timeout_s=20))
        await asyncio.sleep(0.3)
        closing.begin()
        return await wait

    found = run(play())
    assert found.events == []
    assert found.cursor
