"""How long audit entries are kept: a customer's own number of days, 90 unless a rule says otherwise."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from audit import heads
from audit.models import AuditEntry, ChainHead
from hermes.core import clock

DAYS = 90
BATCH = 1000
BUDGET_S = 60.0
log = structlog.get_logger(__name__)
DaysOf = Callable[[int], int]


def _default_days(_customer_id: int) -> int:
    return DAYS


_rules: list[DaysOf] = [_default_days]


def keep_by(days_of: DaysOf) -> None:
    """Let `days_of(customer_id)` say how many days a customer's entries are kept (its plan does)."""
    _rules[:] = [days_of]


def purge_all() -> int:
    """Purge what has expired, customer by customer, for about a minute; returns how many entries went."""
    deadline, gone = time.monotonic() + BUDGET_S, 0
    for customer_id in list(ChainHead.objects.values_list("customer_id", flat=True)):
        if time.monotonic() > deadline:
            break
        try:
            gone += purge(customer_id)
        except heads.ChainBroken:
            log.error("audit chain broken", customer_id=customer_id)
    if gone:
        log.info("audit purged", entries=gone)
    return gone


def purge(customer_id: int) -> int:
    """Delete a customer's expired entries from the old end of its chain; returns how many.

    Only sealed entries go, in the order of the chain, and the head remembers the link it was cut at, so that
    the rest still verifies. Raises heads.ChainBroken.
    """
    before = clock.now() - timedelta(days=_rules[0](customer_id))
    gone = 0
    while count := _purge_batch(customer_id, before):
        gone += count
    return gone


def _purge_batch(customer_id: int, before: datetime) -> int:
    with heads.locked(customer_id) as head:
        sealed = AuditEntry.objects.filter(customer=customer_id, seq__gt=head.base_seq).order_by("seq")
        last = None
        for entry in sealed.only("seq", "mac", "at")[:BATCH]:
            if entry.at >= before:
                break
            last = entry
        if last is None or last.seq is None:
            return 0
        head.base_seq, head.base_mac = last.seq, last.mac
        heads.save(head)
        return sealed.filter(seq__lte=head.base_seq).delete()[0]
