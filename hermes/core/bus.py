"""The bus: JSON messages between processes over Redis pub/sub. A message is a hint, and may be lost.

Each event loop keeps one connection for all its subscribers and connects anew when it is lost; what is
published meanwhile does not arrive, so nothing may depend on a message alone.
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


def publish(topic: str, message: Mapping[str, Any]) -> None:
    """Send a message to whoever listens, from synchronous code; takes at most a second, never raises."""
    encoded = msgspec.json.encode(message)
    try:
        sync_client().publish(_channel(topic), encoded)
    except redis.RedisError as error:
        metrics.count("bus_not_published")
        log.warning("bus_not_published", error=type(error).__name__)


async def apublish(topic: str, message: Mapping[str, Any]) -> None:
    """Send a message to whoever listens. Raises Unavailable when Redis is down."""
    await hot().execute("PUBLISH", _channel(topic), msgspec.json.encode(message))


@contextlib.asynccontextmanager
async def subscribe(topic: str) -> AsyncIterator[AsyncIterator[Message]]:
    """Listen to a topic: `async with subscribe(t) as messages: async for message in messages: …`

    Once entered, everything published is received, unless Redis is down: then from the time it is back.
    A listener more than `QUEUE_LIMIT` messages behind loses the oldest. Messages are shared: change none.
    """
    bus, channel, listener = _bus.get(), _channel(topic), _Listener()
    heard = bus.add(channel, listener)
    try:
        with contextlib.suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it can lose a cancellation that comes with the confirmation.
            async with asyncio.timeout(CONFIRM_TIMEOUT_S):
                await heard.wait()
        yield listener
    finally:
        bus.remove(channel, listener)


def _channel(topic: str) -> str:
    return name("bus", topic)


class _Listener(AsyncIterator[Message]):
    """The newest messages of one listener, without end. Listeners are many and idle, so it is small."""

    __slots__ = ("_unread", "_waiting")

    def __init__(self) -> None:
        self._unread: list[Message] = []
        self._waiting: asyncio.Future[None] | None = None

    def put(self, message: Message) -> None:
        """Take a message in; the oldest gives way where there is no room."""
        if len(self._unread) == QUEUE_LIMIT:
            del self._unread[0]
            metrics.count("bus_message_dropped")
        self._unread.append(message)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def __anext__(self) -> Message:
        while not self._unread:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._unread.pop(0)


class _Topic:
    """A channel with listeners; `heard` is set while Redis delivers it to us."""

    __slots__ = ("heard", "listeners")

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.listeners: set[_Listener] = set()


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

    def add(self, channel: str, listener: _Listener) -> asyncio.Event:
        topic = self._topics.get(channel)
        if topic is None:
            topic = self._topics[channel] = _Topic()
            self._ask(channel, topic)
        topic.listeners.add(listener)
        if self._link is None and self._timer is None:
            self._connect()
        return topic.heard

    def remove(self, channel: str, listener: _Listener) -> None:
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
                self._asked.popleft().heard.set()
            case _:
                return

    def _hand_out(self, channel: str, payload: bytes) -> None:
        topic = self._topics.get(channel)
        if topic is None:
            return
        message = msgspec.json.decode(payload)
        for listener in topic.listeners:
            listener.put(message)

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
            topic.heard.clear()
        self._set_timer(self._loop.call_later(RETRY_S, self._connect) if self._topics else None)

    def _set_timer(self, timer: asyncio.TimerHandle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer


_bus = PerLoop(_Bus, _Bus.close)
