"""Exports that owners ask for: made by a worker, fetched by an owner, deleted soon after.

The row is the order: a worker claims it, says how far it is, and another takes over where it was killed.
"""

from datetime import timedelta
from pathlib import Path

import structlog
from django.db import transaction
from django.db.models import QuerySet

from hermes.core import clock
from hermes.core.errors import Conflict, NotFound
from hermes.core.ids import is_id
from tenants import customers, export
from tenants.actors import Actor
from tenants.models import Customer, DataExport
from tenants.roles import EVERY_PERMISSION

KEPT = timedelta(hours=24)
KEPT_ONCE_FETCHED = timedelta(minutes=15)  # long enough to begin again where the line broke
LEASE = timedelta(minutes=5)
TRIES = 3
State = DataExport.State
OPEN = (State.WAITING, State.RUNNING)
log = structlog.get_logger(__name__)


def newest(customer_id: int, *, by: Actor) -> DataExport | None:
    """The customer's export, if there is one. Raises InsufficientScope."""
    by.require("customer:manage")
    return _rows(customer_id).last()


def ask(customer_id: int, *, by: Actor) -> DataExport:
    """Have an export made; it takes the place of the one before.

    Raises InsufficientScope, and Conflict while one is being made.
    """
    by.require("customer:manage")
    with transaction.atomic():
        customer = customers.locked(customer_id)
        if _rows(customer_id).filter(state__in=OPEN).exists():
            raise Conflict("An export is being made already. Wait until it is ready.")
        before = list(_rows(customer_id))
        row = DataExport(customer=customer, asked_by=by.name)
        row.save(force_insert=True)
        by.record(customer_id, "customer.export_asked", row.public_id)
    for old in before:
        _drop(old)
    return row


def fetch(customer_id: int, public_id: str, *, by: Actor) -> tuple[DataExport, Path]:
    """The archive, for an owner to take; from now on it is kept for 15 minutes. Noted in the audit trail.

    Raises InsufficientScope, and NotFound: no such export, or not ready, or deleted.
    """
    row = _get(customer_id, public_id, by)
    path, now = _path(row), clock.now()
    if row.state != State.READY or row.expires_at is None or row.expires_at <= now or not path.is_file():
        raise NotFound("There is no such archive, or it is deleted. Ask for another one.")
    row.fetched_at, row.expires_at = now, min(row.expires_at, now + KEPT_ONCE_FETCHED)
    with transaction.atomic():
        row.save(update_fields=["fetched_at", "expires_at"])
        by.record(customer_id, "customer.export_fetched", public_id)
    return row, path


def delete(customer_id: int, public_id: str, *, by: Actor) -> None:
    """Delete an archive before its time. Raises InsufficientScope, NotFound, Conflict (it is being made)."""
    row = _get(customer_id, public_id, by)
    if row.state in OPEN:
        raise Conflict("It is being made. Delete it when it is ready.")
    _drop(row)
    by.record(customer_id, "customer.export_deleted", public_id)


def make_due() -> int:
    """Make the exports that wait, and those whose worker was lost; how many became ready."""
    made = 0
    due = DataExport.objects.unscoped().filter(state__in=OPEN, leased_until__lte=clock.now())
    for row in list(due.filter(customer__status=Customer.Status.ACTIVE).order_by("pk")):
        mine = DataExport.objects.of(row.customer_id).filter(pk=row.pk, leased_until=row.leased_until)
        claim = {"state": State.RUNNING, "tries": row.tries + 1, "leased_until": clock.now() + LEASE}
        if mine.update(**claim):
            row.refresh_from_db()
            made += _make(row)
    return made


def forget_expired() -> int:
    """Delete the archives whose time is over, and failed ones as old as those; how many."""
    rows, now = DataExport.objects.unscoped(), clock.now()
    over = [*rows.filter(expires_at__lte=now), *rows.filter(state=State.FAILED, created_at__lte=now - KEPT)]
    for row in over:
        _drop(row)
    return len(over)


def _make(row: DataExport) -> bool:
    path = _path(row)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    mine = DataExport.objects.of(row.customer_id).filter(pk=row.pk, tries=row.tries)

    def progress(done: int, total: int) -> None:
        mine.update(rows_done=done, rows_total=total, leased_until=clock.now() + LEASE)

    by = Actor(name=row.asked_by, surface="worker", permissions=EVERY_PERMISSION)
    try:
        export.export(customers.by_row(row.customer_id), part, by=by, progress=progress)
        size = part.stat().st_size
        part.rename(path)
    except Exception:
        log.exception("export_stopped", export=row.public_id)
        part.unlink(missing_ok=True)
        mine.update(state=State.FAILED if row.tries >= TRIES else State.WAITING, leased_until=clock.now())
        return False
    if not mine.update(state=State.READY, size_bytes=size, expires_at=clock.now() + KEPT):
        path.unlink(missing_ok=True)  # the customer was erased meanwhile
        return False
    return True


def _get(customer_id: int, public_id: str, by: Actor) -> DataExport:
    by.require("customer:manage")
    found = _rows(customer_id).filter(public_id=public_id).first() if is_id(public_id, "exp") else None
    if found is None:
        raise NotFound("There is no such archive, or it is deleted. Ask for another one.")
    return found


def _drop(row: DataExport) -> None:
    _path(row).unlink(missing_ok=True)
    _path(row).with_suffix(".part").unlink(missing_ok=True)
    _rows(row.customer_id).filter(pk=row.pk).delete()


def _path(row: DataExport) -> Path:
    return export.folder(customers.by_row(row.customer_id).public_id) / f"{row.public_id}.zip"


def _rows(customer_id: int) -> "QuerySet[DataExport]":
    rows: QuerySet[DataExport] = DataExport.objects.of(customer_id).order_by("pk")
    return rows
