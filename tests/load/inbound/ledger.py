"""What came of the posts, read from the database."""

import dataclasses
import time
from collections import Counter
from collections.abc import Collection, Mapping

from tests.load.processes import Failed


@dataclasses.dataclass(frozen=True, slots=True)
class Balance:
    """Acknowledged messages that are missing, effects beyond the one each has, deliveries not done."""

    messages: int
    missing: int
    doubled: int
    unfinished: int

    @property
    def is_even(self) -> bool:
        """Every acknowledged message has exactly one effect."""
        return not (self.missing or self.doubled or self.unfinished)


def waiting() -> int:
    """How many deliveries are still to be settled."""
    from inbox.models import WebhookDelivery

    return WebhookDelivery.objects.filter(state=WebhookDelivery.State.RECEIVED).count()


def await_drained(within_s: float, *, down_to: int = 0) -> float:
    """Wait until no more than that is to be settled; how many seconds that took. Raises Failed."""
    from django.db import connection

    connection.close()  # its server may have been killed since
    began = time.monotonic()
    while (left := waiting()) > down_to:
        if time.monotonic() - began > within_s:
            raise Failed(f"{left} deliveries are not settled after {within_s:g} s")
        time.sleep(0.2)
    return time.monotonic() - began


def balance(acknowledged: Collection[str]) -> Balance:
    """Count effects in three places: the message's row, its thread's unread count, the log of events."""
    from django.db.models import Sum

    from inbox.models import Event, Message, Thread, WebhookDelivery

    messages = Message.objects.unscoped()
    stored = Counter(messages.values_list("upstream_id", flat=True))
    unread = Thread.objects.unscoped().aggregate(total=Sum("unread"))["total"] or 0
    events = Event.objects.unscoped().filter(type="message.received").count()
    done = WebhookDelivery.State.DONE
    return Balance(
        messages=len(stored),
        missing=sum(1 for name in acknowledged if name not in stored),
        doubled=sum(stored.values()) - len(stored) + abs(unread - len(stored)) + abs(events - len(stored)),
        unfinished=WebhookDelivery.objects.exclude(state=done).count(),
    )


def effects(arrived: Collection[str]) -> dict[str, float]:
    """When each of these messages took effect, in seconds since the epoch."""
    from inbox.models import Event

    rows = Event.objects.unscoped().filter(type="message.received")
    told = dict(rows.values_list("message__upstream_id", "at"))
    return {name: told[name].timestamp() for name in arrived if name in told}


def lags(arrived: Mapping[str, float]) -> list[float]:
    """Seconds from the first 200 to the effect of each message, sorted."""
    return sorted(at - arrived[name] for name, at in effects(arrived).items())
