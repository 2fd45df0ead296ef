"""The head of each customer's chain: where it ends, where retention cut it off, and a MAC over both."""

import contextlib
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from audit.models import AuditEntry, ChainHead
from hermes.core.errors import Internal
from hermes.core.subkeys import subkey

log = structlog.get_logger(__name__)


class ChainBroken(Internal):
    """A head does not fit its chain; nothing is sealed or purged on top of it."""

    def __init__(self, customer_id: int) -> None:
        super().__init__(
            f"The audit chain of customer {customer_id} does not hold; run 'python manage.py verify_audit'."
        )


def mac_of(told: Sequence[Any]) -> str:
    """The MAC of a list of texts, numbers and nulls, in hex."""
    text = json.dumps(told, separators=(",", ":"))
    return hmac.new(subkey("audit-mac"), text.encode(), hashlib.sha256).hexdigest()


@contextlib.contextmanager
def locked(customer_id: int) -> Iterator[ChainHead]:
    """A transaction that holds the lock on a customer's head. Raises ChainBroken."""
    _make_if_missing(customer_id)
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().get(customer=customer_id)
        if not is_genuine(head):
            raise ChainBroken(customer_id)
        yield head


def save(head: ChainHead) -> None:
    """Write a locked head under a new MAC."""
    head.seal = _seal_of(head)
    head.save()


def is_genuine(head: ChainHead) -> bool:
    """Whether a head was last written by us."""
    return hmac.compare_digest(head.seal, _seal_of(head))


def witness() -> None:
    """Write every head to the log.

    Logs are kept apart from the database: a chain whose newest entries were cut off, head and all, no
    longer fits them (`verify_audit --witness`).
    """
    for customer_id, seq, mac in ChainHead.objects.values_list("customer_id", "seq", "mac").iterator():
        log.info("audit head", customer_id=customer_id, seq=seq, mac=mac)


def _make_if_missing(customer_id: int) -> None:
    made = ChainHead.objects.filter(customer=customer_id)
    if made.exists():
        return
    # Asked again, because another run may have made the head and sealed in between.
    if AuditEntry.objects.filter(customer=customer_id, seq__isnull=False).exists() and not made.exists():
        raise ChainBroken(customer_id)
    head = ChainHead(customer_id=customer_id)
    # In a transaction of its own: MariaDB answers two that insert the same head and go on with a deadlock.
    with contextlib.suppress(IntegrityError), transaction.atomic():
        save(head)


def _seal_of(head: ChainHead) -> str:
    return mac_of(["head", head.customer_id, head.seq, head.mac, head.base_seq, head.base_mac])
