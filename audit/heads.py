"""The head of each customer's chain: where it ends, where retention cut it off, and a MAC over both."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

import structlog

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


def locked(customer_id: int) -> ChainHead:
    """The head, locked until the transaction ends; the first call makes it. Raises ChainBroken."""
    new = ChainHead(customer_id=customer_id)
    head, is_new = ChainHead.objects.select_for_update().get_or_create(
        customer_id=customer_id, defaults={"seal": _seal_of(new)}
    )
    if is_new and AuditEntry.objects.filter(customer=customer_id, seq__isnull=False).exists():
        raise ChainBroken(customer_id)
    if not is_genuine(head):
        raise ChainBroken(customer_id)
    return head


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


def _seal_of(head: ChainHead) -> str:
    return mac_of(["head", head.customer_id, head.seq, head.mac, head.base_seq, head.base_mac])
