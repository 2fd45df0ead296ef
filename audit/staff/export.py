"""Lists of the staff site as CSV."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.http import StreamingHttpResponse

from audit.export import Echo, cell
from hermes.core import clock

LIMIT_EXPORT = 10_000


def csv_response(admin: Any, rows: Iterable[Any], filename: str) -> StreamingHttpResponse:
    """The list's columns of these rows; a cell that would be a formula begins with an apostrophe."""
    return StreamingHttpResponse(
        _lines(admin, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _lines(admin: Any, rows: Iterable[Any]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow([label_for_field(name, admin.model, admin) for name in admin.list_display])
    for row in rows:
        yield writer.writerow([cell(_value(admin, name, row)) for name in admin.list_display])


def _value(admin: Any, name: str, row: Any) -> Any:
    value = lookup_field(name, row, admin)[2]
    if isinstance(value, datetime):
        return clock.iso(value)
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)
