"""The bus: what is published reaches every listener, and Redis going away hurts nobody."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hermes.core import bus, ids
from hermes.core.errors import Unavailable
from hermes.core.redis import name, sync_client
from hermes.core.tests.silent import silent_server
from tests.support.redis import PrivateRedis

DEADLINE_S = 5.0


@pytest.fixture
def topic() -> str:
    """A topic nobody else uses."""
    return f"test:{ids.new('cus')}"


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[PrivateRedis]:
    """A Redis of this test's own, which it may stop and start."""
    server = PrivateRedis(tmp_path / "r.sock")
    server.start()
    settings.REDIS_URL = f"unix://{server.socket}"
    yield server
    server.stop()


async def first(messages: Any) -> bus.Message:
    async with asyncio.timeout(DEADLINE_S):
        async for message in messages:
            return message  # type: ignore[no-any-return]
    raise AssertionError("the bus ended")


def test_what_is_published_reaches_every_listener_of_the_topic_and_no_other(topic: str) -> None:
    async def scenario() -> None:
        async with (
            bus.subscribe(topic) as one,
            bus.subscribe(topic) as two,
            bus.subscribe(f"{topic}:else") as stranger,
        ):
            await asyncio.to_thread(bus.publish, topic, {"n": 1, "text": "ü"})
            await bus.apublish(f"{topic}:else", {"n": 2})
            assert await first(one) == {"n": 1, "text": "ü"}
            assert await first(two) == {"n": 1, "text": "ü"}
            assert await first(stranger) == {"n": 2}

    asyncio.run(scenario())


def test_messages_keep_their_order(topic: str) -> None:
    async def scenario() -> list[int]:
        async with bus.subscribe(topic) as messages:
            for number in range(100):
                await bus.apublish(topic, {"n": number})
            return [(await first(messages))["n"] for _ in range(100)]

    assert asyncio.run(scenario()) == list(range(100))


def test_one_listener_may_listen_to_several_topics(topic: str) -> None:
    async def scenario() -> None:
        async with bus.subscribe(topic, f"{topic}:b") as messages:
            await bus.apublish(f"{topic}:b", {"n": 1})
            await bus.apublish(topic, {"n": 2})
            assert [(await first(messages))["n"] for _ in range(2)] == [1, 2]

    asyncio.run(scenario())


def test_a_process_keeps_one_connection_for_all_its_topics(server: PrivateRedis, topic: str) -> None:
    async def scenario() -> None:
        async with bus.subscribe(topic), bus.subscribe(f"{topic}:b"), bus.subscribe(f"{topic}:c"):
            assert len(sync_client().client_list(_type="pubsub")) == 1

    asyncio.run(scenario())


def test_a_topic_without_listeners_is_left(server: PrivateRedis, topic: str) -> None:
    channel = name("bus", topic)

    async def scenario() -> None:
        async with bus.subscribe(topic):
            assert sync_client().pubsub_numsub(channel) == [(channel.encode(), 1)]
        async with bus.subscribe(topic) as again:
            await bus.apublish(topic, {"n": 1})
            assert await first(again) == {"n": 1}
        began = time.monotonic()
        while sync_client().pubsub_numsub(channel) != [(channel.encode(), 0)]:
            assert time.monotonic() - began < DEADLINE_S
            await asyncio.sleep(0.01)

    asyncio.run(scenario())


def test_a_slow_listener_loses_the_oldest_and_holds_up_nobody(
    topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "QUEUE_LIMIT", 3)

    async def scenario() -> None:
        async with bus.subscribe(topic) as slow, bus.subscribe(topic) as quick:
            for number in range(10):
                await bus.apublish(topic, {"n": number})
                assert (await first(quick))["n"] == number
            assert [await first(slow) for _ in range(3)] == [bus.MISSED, {"n": 8}, {"n": 9}]

    asyncio.run(scenario())


def test_f08_listeners_hear_again_by_themselves_when_redis_is_back(server: PrivateRedis, topic: str) -> None:
    async def scenario() -> None:
        async with bus.subscribe(topic) as messages:
            server.stop()
            with pytest.raises(Unavailable):
                await bus.apublish(topic, {"n": 0})
            server.start()
            await _publish_until_heard(topic)
            assert await first(messages) == bus.MISSED
            assert "n" in await first(messages)

    asyncio.run(scenario())


def test_f08_a_listener_that_comes_while_redis_is_down_hears_later(server: PrivateRedis, topic: str) -> None:
    server.stop()

    async def scenario() -> None:
        async with bus.subscribe(topic) as messages:
            server.start()
            await _publish_until_heard(topic)
            assert await first(messages) == bus.MISSED
            assert "n" in await first(messages)

    asyncio.run(scenario())


def test_publishing_without_redis_raises_nothing(server: PrivateRedis, topic: str) -> None:
    server.stop()
    bus.publish(topic, {"n": 1})


def test_publishing_to_a_silent_redis_takes_at_most_a_second(
    tmp_path: Path, settings: Any, topic: str
) -> None:
    with silent_server(tmp_path / "s.sock") as settings.REDIS_URL:
        began = time.monotonic()
        bus.publish(topic, {"n": 1})
        assert time.monotonic() - began < 1.2


def test_a_connection_that_answers_no_ping_is_given_up(
    server: PrivateRedis, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "PING_S", 0.05)
    assert server.process is not None
    frozen = server.process

    async def scenario() -> None:
        async with bus.subscribe(topic) as messages:
            link = bus._bus.get()._link
            frozen.send_signal(signal.SIGSTOP)
            async with asyncio.timeout(DEADLINE_S):
                while bus._bus.get()._link is link:
                    await asyncio.sleep(0.01)
            frozen.send_signal(signal.SIGCONT)
            await _publish_until_heard(topic)
            assert await first(messages) == bus.MISSED
            assert "n" in await first(messages)

    asyncio.run(scenario())


async def _publish_until_heard(topic: str) -> None:
    """Publish until Redis says that somebody received it."""
    began = time.monotonic()
    while not await asyncio.to_thread(_heard, topic):
        assert time.monotonic() - began < DEADLINE_S
        await asyncio.sleep(0.02)


def _heard(topic: str) -> bool:
    import redis

    try:
        return bool(sync_client().publish(name("bus", topic), b'{"n": 1}'))
    except redis.RedisError:
        return False
