"""The bus: JSON messages between processes over Redis pub/sub. A message is a hint, and may be lost.

Each event loop keeps one connection for all its subscribers and connects anew when it is lost; what is
published meanwhile does not arrive, so nothing may depend on a message alone. A listener that may have
missed something gets `MISSED` in its place.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import redis
import structlog
from django.conf import settings

from hermes.core import metrics
from hermes.core.loops import PerLoop
from hermes.core.redis import hot, name, sync_client
from hermes.core.redis_link import Link, dial, packed

QUEUE_LIMIT = 256
CONFIRM_TIMEOUT_S = 1.0
RETRY_S = 0.5
PING_S = 15.0
log = structlog.get_logger(__name__)
Message = dict[str, Any]
MISSED: Message = {"missed": True}


def publish(topic: str, *messages: Mapping[str, Any]) -> None:
    """Send messages to whoever listens, from synchronous code; takes at most a second, never raises."""
    try:
        with sync_client().pipeline(transaction=False) as pipeline:
            for message in messages:
                pipeline.publish(_channel(topic), msgspec.json.encode(message))
            pipeline.execute()
    except redis.RedisError as error:
        metrics.count("bus_not_published")
        log.warning("bus_not_published", error=type(error).__name__)


async def apublish(topic: str, message: Mapping[str, Any]) -> None:
    """Send a message to whoever listens. Raises Unavailable when Redis is down."""
    await hot().execute("PUBLISH", _channel(topic), msgspec.json.encode(message))


class Listener(AsyncIterator[Message]):
    """The newest messages of one listener, without end. Listeners are many and idle, so it is small."""

    __slots__ = ("_unread", "_waiting")

    def __init__(self) -> None:
        self._unread: list[Message] = []
        self._waiting: asyncio.Future[None] | None = None

    def put(self, message: Message) -> None:
        """Take a message in; where there is no room the oldest gives way to `MISSED`."""
        if len(self._unread) == QUEUE_LIMIT:
            self._unread[:2] = [MISSED]
            metrics.count("bus_message_dropped")
        self._unread.append(message)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def __anext__(self) -> Message:
        await self._until_unread()
        return self._unread.pop(0)

    async def take_all(self) -> list[Message]:
        """All that is unread, at least one."""
        await self._until_unread()
        taken, self._unread = self._unread, []
        return taken

    async def _until_unread(self) -> None:
        while not self._unread:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting


@contextlib.asynccontextmanager
async def subscribe(*topics: str) -> AsyncIterator[Listener]:
    """Listen to topics: `async with subscribe(t) as messages: async for message in messages: …`

    Once entered, everything published is received, unless Redis is down: then from the time it is back,
    after a `MISSED`. A listener more than `QUEUE_LIMIT` messages behind loses the oldest and gets `MISSED`
    first. Messages are shared: change none.
    """
    bus, listener = _bus.get(), Listener()
    channels = [_channel(topic) for topic in topics]
    joined = [bus.add(channel, listener) for channel in channels]
    try:
        with contextlib.suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it can lose a cancellation that comes with the confirmation.
            async with asyncio.timeout(CONFIRM_TIMEOUT_S):
                for each in joined:
                    await each.heard.wait()
        for each in joined:
            each.was_lost = each.was_lost or not each.heard.is_set()
        del joined
        yield listener
    finally:
        for channel in channels:
            bus.remove(channel, listener)


def _channel(topic: str) -> str:
    return name("bus", topic)


class _Topic:
    """A channel with listeners; `heard` is set while Redis delivers it to us."""

    __slots__ = ("heard", "listeners", "was_lost")

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.listeners: set[Listener] = set()
        self.was_lost = False

    def lose(self) -> None:
        """Redis is gone: what is published from now on is missed."""
        self.was_lost = self.was_lost or self.heard.is_set()
        self.heard.clear()

    def hear(self) -> None:
        """Redis delivers."""
        self.heard.set()
        if self.was_lost:
            self.was_lost = False
            self.hand_out(MISSED)

    def hand_out(self, message: Message) -> None:
        """Give a message to every listener."""
        for listener in self.listeners:
            listener.put(message)


class _Bus:
    """The subscriptions of one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._topics: dict[str, _Topic] = {}
        self._asked: deque[_Topic] = deque()
        self._link: Link | None = None
        self._dialing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._replies = 0

    def add(self, channel: str, listener: Listener) -> _Topic:
        topic = self._topics.get(channel)
        if topic is None:
            topic = self._topics[channel] = _Topic()
            self._ask(channel, topic)
        topic.listeners.add(listener)
        if self._link is None and self._timer is None:
            self._connect()
        return topic

    def remove(self, channel: str, listener: Listener) -> None:
        topic = self._topics[channel]
        topic.listeners.discard(listener)
        if not topic.listeners:
            del self._topics[channel]
            if self._link is not None:
                self._link.send(packed("UNSUBSCRIBE", channel))

    def close(self) -> None:
        if self._dialing is not None:
            self._dialing.cancel()
        if self._link is not None:
            self._link.abort()

    def _connect(self) -> None:
        self._timer = None
        if self._dialing is None:
            self._dialing = self._loop.create_task(self._dial())

    async def _dial(self) -> None:
        try:
            self._link = await dial(settings.REDIS_URL, on_reply=self._take, on_lost=self._lose)
        except OSError:
            self._lose()
        else:
            for channel, topic in self._topics.items():
                self._ask(channel, topic)
            self._ping(self._replies - 1)
        finally:
            self._dialing = None

    def _ask(self, channel: str, topic: _Topic) -> None:
        if self._link is not None:
            self._asked.append(topic)
            self._link.send(packed("SUBSCRIBE", channel))

    def _take(self, reply: Any) -> None:
        self._replies += 1
        match reply:
            case [b"message", bytes(channel), bytes(payload)]:
                self._hand_out(channel.decode(), payload)
            case [b"subscribe", *_]:
                self._asked.popleft().hear()
            case _:
                return

    def _hand_out(self, channel: str, payload: bytes) -> None:
        topic = self._topics.get(channel)
        if topic is not None:
            topic.hand_out(msgspec.json.decode(payload))

    def _ping(self, replies_before: int) -> None:
        """Notice a connection that is open on our side only: the last ping was not answered."""
        if self._link is None:
            return
        if self._replies == replies_before:
            self._link.abort()
            return
        self._link.send(packed("PING"))
        self._set_timer(self._loop.call_later(PING_S, self._ping, self._replies))

    def _lose(self) -> None:
        self._link = None
        self._asked.clear()
        for topic in self._topics.values():
            topic.lose()
        self._set_timer(self._loop.call_later(RETRY_S, self._connect) if self._topics else None)

    def _set_timer(self, timer: asyncio.TimerHandle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer


_bus = PerLoop(_Bus, _Bus.close)
