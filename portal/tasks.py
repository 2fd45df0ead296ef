"""Background work of the portal: its letters."""

from celery import shared_task

from inbox import nudge
from portal.letters import looking, outbox


@shared_task(name=outbox.TASK)
def send_letters() -> None:
    """Send the letters that are due; by a word of whoever wrote them, and by the clock every 10 s."""
    if not outbox.send_due():
        nudge.send(task=outbox.TASK)


@shared_task(name="portal.look_around")
def look_around() -> None:
    """Write letters about quotas and webhooks; every few minutes."""
    looking.look_around()


@shared_task(name="portal.tidy_letters")
def tidy_letters() -> None:
    """Delete rows of letters that were kept long enough; every hour."""
    outbox.tidy()
