"""What runs on the trail behind the calls; the lock on a head keeps runs at the same time apart."""

import structlog
from celery import shared_task

from audit import chain, retention
from audit.models import ChainHead

log = structlog.get_logger(__name__)


@shared_task(name="audit.seal")  # type: ignore[untyped-decorator]
def seal() -> None:
    """Seal what was closed; every few seconds."""
    chain.seal_all()


@shared_task(name="audit.purge")  # type: ignore[untyped-decorator]
def purge() -> None:
    """Delete what has expired; every hour."""
    if gone := retention.purge_all():
        log.info("audit purged", entries=gone)


@shared_task(name="audit.witness")  # type: ignore[untyped-decorator]
def witness() -> None:
    """Write every chain's head to the log; every hour.

    Logs are kept apart from the database: a chain whose newest entries were cut off, head and all, no
    longer fits them (`verify_audit --witness`).
    """
    for customer_id, seq, mac in ChainHead.objects.values_list("customer_id", "seq", "mac").iterator():
        log.info("audit head", customer_id=customer_id, seq=seq, mac=mac)
