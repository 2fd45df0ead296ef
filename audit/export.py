"""The audit trail as a file: CSV for spreadsheets, or one JSON object a line. Both stream."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

COLUMNS = (
    "id", "at", "action", "actor", "surface", "client", "address", "mode", "tool", "platform", "connection",
    "arguments", "outcome", "detail", "units", "duration_ms", "upstream_id", "closed_at", "seq", "mac",
)  # fmt: skip
# What makes a spreadsheet read a cell as a formula (OWASP, CSV Injection), full-width forms included.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Echo:
    """What `csv.writer` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        """The line."""
        return line


def csv_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Lines of CSV with a heading (RFC 4180); a cell that would be a formula begins with an apostrophe.

    `entries` are those of `audit.trail.entries`.
    """
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow([cell(entry[name]) for name in COLUMNS])


def jsonl_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One JSON object a line."""
    for entry in entries:
        yield json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


def cell(value: Any) -> str:
    """A value as a cell of CSV that no spreadsheet reads as a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
