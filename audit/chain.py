"""The chain of each customer's audit trail: every closed entry is sealed over the one before.

Sealing runs behind the calls (docs/adr/0003-audit-sealed-after-the-fact.md). What was closed before a run
is sealed in the order of writing; `seq` is the order of sealing.
"""

import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import structlog
from django.db import connection
from django.db.models import Max, Min

from audit import daily, heads
from audit.models import AuditEntry, ChainHead
from hermes.core import metrics, rows

BATCH = 250
BUDGET_S = 60.0
_FORMAT = "c1"
_TEXTS_AND_NUMBERS = (
    "public_id", "action", "actor", "surface", "client", "address", "mode", "tool", "platform", "connection",
    "arguments", "outcome", "detail", "units", "duration_ms", "upstream_id",
)  # fmt: skip
_PAGE = 1000
_TRIES = 3
log = structlog.get_logger(__name__)


def seal_all() -> int:
    """Seal what is closed, a batch of each customer in turn, for about a minute; returns how many entries."""
    deadline = time.monotonic() + BUDGET_S
    unsealed = AuditEntry.objects.filter(seq__isnull=True).order_by().values_list("customer_id", flat=True)
    waiting, sealed = list(unsealed.distinct()), 0
    while waiting and time.monotonic() < deadline:
        counts = {customer_id: _seal_or_report(customer_id) for customer_id in waiting}
        sealed += sum(counts.values())
        waiting = [customer_id for customer_id, count in counts.items() if count == BATCH]
    return sealed


def seal(customer_id: int) -> int:
    """Seal up to `BATCH` closed entries of a customer; returns how many. Raises heads.ChainBroken.

    The head is locked, so runs at the same time queue up. An entry that is being closed anew at this moment
    is left to the next run.
    """
    with heads.locked(customer_id) as head:
        closed = AuditEntry.objects.filter(customer=customer_id, seq__isnull=True, closed_at__isnull=False)
        links = []
        entries = list(closed.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        for entry in entries:
            head.seq += 1
            head.mac = link(head.mac, head.seq, entry)
            links.append((entry.pk, head.seq, head.mac))
        if links:
            with connection.cursor() as cursor:
                rows.update(cursor, AuditEntry._meta.db_table, ("seq", "mac"), links)
            heads.save(head)
            daily.count(customer_id, entries)
    return len(links)


def verify(customer_id: int) -> int | None:
    """The first sequence number that was changed, moved, removed or put in since it was sealed, or None."""
    bad = None
    for _ in range(_TRIES):
        numbers = AuditEntry.objects.filter(customer=customer_id).aggregate(first=Min("seq"), last=Max("seq"))
        head = ChainHead.objects.filter(customer=customer_id).first()
        bad = numbers["first"] if head is None else _first_bad(head, numbers["first"], numbers["last"])
        if bad is None or head is None or not _was_cut_meanwhile(head):
            break
    return bad


def fits(customer_id: int, seq: int, mac: str) -> bool:
    """Whether a chain still holds a link it once ended with; what retention has cut off is not told."""
    head = ChainHead.objects.filter(customer=customer_id).first()
    if head is not None and seq <= head.base_seq:
        return seq < head.base_seq or mac == head.base_mac
    return seq == 0 or AuditEntry.objects.filter(customer=customer_id, seq=seq, mac=mac).exists()


def customers() -> list[int]:
    """Everyone who has a chain, or what is left of one."""
    left = (
        AuditEntry.objects.filter(seq__isnull=False)
        .order_by()
        .values_list("customer_id", flat=True)
        .distinct()
    )
    return sorted({*ChainHead.objects.values_list("customer_id", flat=True), *left})


def link(previous_mac: str, seq: int, entry: AuditEntry) -> str:
    """The MAC that ties `entry` to the one before it."""
    times = [_exact(entry.at), _exact(entry.closed_at)]
    told = [getattr(entry, name) for name in _TEXTS_AND_NUMBERS]
    return heads.mac_of([_FORMAT, entry.customer_id, seq, previous_mac, *times, *told])


def _seal_or_report(customer_id: int) -> int:
    try:
        return seal(customer_id)
    except heads.ChainBroken:
        metrics.count("audit_chain_broken")
        log.error("audit chain broken", customer_id=customer_id)
        return 0


def _first_bad(head: ChainHead, first: int | None, last: int | None) -> int | None:
    if not heads.is_genuine(head):
        return head.base_seq + 1
    if first is not None and first <= head.base_seq:
        return first
    mac, seq = head.base_mac, head.base_seq
    for entry in _in_order(head):
        seq += 1
        mac = link(mac, seq, entry)
        if entry.seq != seq or not hmac.compare_digest(mac, entry.mac):
            return seq
    if seq < head.seq or (last or 0) > head.seq:
        return seq + 1
    return None


def _in_order(head: ChainHead) -> Iterator[AuditEntry]:
    after = head.base_seq
    sealed = AuditEntry.objects.filter(customer=head.customer_id, seq__lte=head.seq).order_by("seq")
    while page := list(sealed.filter(seq__gt=after)[:_PAGE]):
        yield from page
        after = page[-1].seq or 0


def _was_cut_meanwhile(head: ChainHead) -> bool:
    return not ChainHead.objects.filter(pk=head.pk, base_seq=head.base_seq).exists()


def _exact(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
