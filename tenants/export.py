"""Exporting a customer: all that is kept of it, in one archive, without secrets (GDPR, article 20)."""

import json
import zipfile
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from hermes.core import clock
from tenants import belongings, context
from tenants.actors import Actor
from tenants.models import Customer


def export(customer: Customer, target: Path, *, by: Actor) -> dict[str, int]:
    """Write a ZIP file to `target`: a JSON Lines file for each kind of row and the vaults' files.

    Answers how many rows of each kind it holds. Raises FileExistsError rather than overwrite.
    """
    by.require("customer:manage")
    counts: dict[str, int] = {}
    with target.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        target.chmod(0o600)
        archive.writestr(
            "customer.json", _json({**belongings.exported(customer), "exported_at": clock.now()})
        )
        for model in belongings.models_of_customers():
            rows = belongings.rows_of(model, customer).order_by("pk").iterator(chunk_size=1000)
            name = model._meta.model_name
            with archive.open(f"{name}.jsonl", "w") as lines:
                counts[str(name)] = sum(
                    lines.write(_json(belongings.exported(row)) + b"\n") > 0 for row in rows
                )
        _add_vaults(archive, context.vault_folder(customer.public_id))
    by.record(customer.pk, "customer.exported", f"{sum(counts.values())} rows")
    return counts


def _add_vaults(archive: zipfile.ZipFile, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        # A link could lead out of the vault.
        if path.is_file() and not path.is_symlink():
            archive.write(path, Path("vaults") / path.relative_to(folder))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
