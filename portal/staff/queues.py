"""How much waits at the broker, and when workers last did something."""

import dataclasses

import redis
import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from hermes.core import pulse
from hermes.core.redis import name, sync_client

QUEUES = ("inbound", "outbound", "maintenance")
LATE_AFTER_S = 60  # each queue has a task of every few seconds
log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """A queue: tasks that wait at the broker and seconds since one was finished; None where nobody knows."""

    name: str
    waiting: int | None
    age_s: int | None

    @property
    def is_late(self) -> bool:
        """Whether its workers stand still."""
        return self.age_s is None or self.age_s > LATE_AFTER_S


def states() -> list[Queue]:
    """All queues. Takes about a second where the broker is away."""
    waiting, ages = _waiting(), pulse.ages_s(QUEUES)
    return [Queue(queue, waiting.get(queue), ages[queue]) for queue in QUEUES]


def has_beat() -> bool:
    """Whether some beat holds the lease, or Redis, which keeps it, does not tell."""
    try:
        return bool(sync_client().exists(name("beat")))
    except redis.RedisError:
        return False


def _waiting() -> dict[str, int]:
    try:
        with current_app.connection_for_read() as link:
            link.ensure_connection(max_retries=0)
            return {queue: _depth(link, queue) for queue in QUEUES}
    except (OperationalError, OSError) as away:
        log.warning("broker_away", error=type(away).__name__)
        return {}


def _depth(link: "object", queue: str) -> int:
    with link.channel() as channel:  # type: ignore[attr-defined]
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except link.channel_errors:  # type: ignore[attr-defined]
            return 0  # nobody has used the queue yet; Redis has no empty lists at all
