"""Exporting a customer: all that is kept of it, in one archive, without secrets (GDPR, article 20)."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from hermes.core import clock
from tenants import belongings, context, members
from tenants.actors import Actor
from tenants.models import Customer

BATCH = 1000
ABOUT = """\
All that Hermes keeps of one customer, without secrets.

customer.json      the customer itself
members.jsonl      who belongs to it, with e-mail addresses
<kind>.jsonl       one row a line: thread and message (conversations), contactnumber, connection, auditentry
                   (the audit trail), forwardedevent (what webhooks were told), usageperiod and the others;
                   a field named after another kind holds the "id" of one of its rows
vaults/            the files of connected vaults
"""
Progress = Callable[[int, int], None]


def export(
    customer: Customer, target: Path, *, by: Actor, progress: Progress | None = None
) -> dict[str, int]:
    """Write a ZIP file to `target`: a JSON Lines file for each kind of row and the vaults' files.

    Answers how many rows of each kind it holds; `progress` hears of rows done and in all, every thousand.
    Raises FileExistsError rather than overwrite.
    """
    by.require("customer:manage")
    kinds = [(m, belongings.rows_of(m, customer)) for m in belongings.models_of_customers()]
    total, done, counts = sum(rows.count() for _, rows in kinds), 0, dict[str, int]()
    with target.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        target.chmod(0o600)
        told = {**belongings.exported(customer), "exported_at": clock.now()}
        archive.writestr("README.txt", ABOUT)
        archive.writestr("customer.json", _json(told))
        archive.writestr("members.jsonl", b"".join(_members(customer)))
        for model, rows in kinds:
            name = str(model._meta.model_name)
            counts[name] = 0
            with archive.open(f"{name}.jsonl", "w") as lines:
                for some in _batches(rows):
                    lines.write(b"".join(_json(belongings.exported(row)) + b"\n" for row in some))
                    counts[name] += len(some)
                    done += len(some)
                    if progress is not None:
                        progress(done, max(total, done))
        _add_vaults(archive, context.vault_folder(customer.public_id))
    by.record(customer.pk, "customer.exported", f"{sum(counts.values())} rows")
    return counts


def folder(customer: str) -> Path:
    """Where the archives of a customer (public id) lie until they expire."""
    return Path(settings.DATA_DIR) / "exports" / customer


def _batches(rows: "QuerySet[Any]") -> Iterator[list[Model]]:
    """The rows in their order, a batch at a time: databases hand over a whole result at once."""
    after = 0
    while some := list(rows.order_by("pk").filter(pk__gt=after)[:BATCH]):
        yield some
        after = some[-1].pk


def _members(customer: Customer) -> Iterator[bytes]:
    for member in members.listed(customer.pk):
        told = {"email": member.user.email, "role": member.role, "since": member.created_at}
        yield _json({"user": member.user_id, **told}) + b"\n"


def _add_vaults(archive: zipfile.ZipFile, vaults: Path) -> None:
    for path in sorted(vaults.rglob("*")):
        # A link could lead out of the vault.
        if path.is_file() and not path.is_symlink():
            archive.write(path, Path("vaults") / path.relative_to(vaults))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
