"""When each queue's workers last finished a task: what a dashboard needs to see one that stands still."""

import time

import redis

from hermes.core.redis import name, sync_client

KEPT_S = 86_400


def note(queue: str) -> None:
    """A worker of this queue has just finished a task. Without Redis nothing is noted."""
    try:
        sync_client().set(_key(queue), f"{time.time():.0f}", ex=KEPT_S)
    except redis.RedisError:
        return


def ages_s(queues: tuple[str, ...]) -> dict[str, int | None]:
    """Seconds since a task of each queue was finished; None where none was for a day, or Redis is away."""
    try:
        told = sync_client().mget([_key(queue) for queue in queues])
    except redis.RedisError:
        told = [None] * len(queues)
    now = time.time()
    return {
        queue: None if at is None else max(0, round(now - float(at)))
        for queue, at in zip(queues, told, strict=True)
    }


def _key(queue: str) -> str:
    return name("pulse", queue)
