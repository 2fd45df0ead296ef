"""Redis for everybody: the hot connection of the event loop, a client for synchronous code, names of keys.

Redis is disposable: nothing that only Redis knows may matter.
"""

import functools

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from hermes.core.hot_redis import HotRedis
from hermes.core.loops import PerLoop

CONNECT_TIMEOUT_S = 0.4
REPLY_TIMEOUT_S = 0.5


def hot() -> HotRedis:
    """The running event loop's auto-pipelined connection: `await hot().execute("GET", key)`."""
    return _hot.get()


def sync_client() -> redis.Redis:
    """The client of synchronous code. It raises redis.RedisError within a second when Redis is down."""
    return _client_of(settings.REDIS_URL)


def name(*parts: str) -> str:
    """The name of a key or channel: `name("limit", "cus_1", "calls")` is `hermes:limit:cus_1:calls`.

    A colon inside a part is escaped, so that no part can reach into another name.
    """
    return ":".join(("hermes", *(part.replace("%", "%25").replace(":", "%3A") for part in parts)))


@functools.lru_cache(maxsize=8)
def _client_of(url: str) -> redis.Redis:
    # One retry, for a pooled connection that Redis closed meanwhile. A slow answer is not asked for twice.
    again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis.Redis.from_url(
        url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=REPLY_TIMEOUT_S, retry=again
    )


_hot = PerLoop(lambda: HotRedis(settings.REDIS_URL), HotRedis.close)
