"""What runs on the trail behind the calls; the lock on a head keeps runs at the same time apart."""

from celery import shared_task

from audit import chain, daily, heads, retention


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal what was closed; every few seconds."""
    chain.seal_all()


@shared_task(name="audit.purge")
def purge() -> None:
    """Delete what has expired; every hour."""
    retention.purge_all()
    daily.purge()


@shared_task(name="audit.witness")
def witness() -> None:
    """Write every chain's head to the log; every hour."""
    heads.witness()
