"""Background work of forwarding."""

from celery import shared_task

from inbox import nudge
from inbox.forwarding import history, outbox, turns

DRAIN_S = 20.0


@shared_task(name=outbox.TASK)
def forward() -> None:
    """Send the events that are due; by a word of whoever wrote them, and by the clock every 5 s."""
    if not turns.drain(DRAIN_S):
        nudge.send(task=outbox.TASK)


@shared_task(name="inbox.tidy_forwarding")
def tidy() -> None:
    """Delete what has been kept long enough; every hour."""
    history.purge()
