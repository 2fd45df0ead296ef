"""Many rows by one statement, by hand for SQLite and MySQL/MariaDB, on a cursor of Django.

One statement for many rows is what makes group commits cheap: each statement costs SQLite a hand-over of
Python's global lock, and MariaDB a round trip.
"""

# ruff: noqa: S608  (tables and columns are words of the program; values are always parameters)

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

Row = Sequence[Any]
_LARGEST_STATEMENT = 64
_NONE: Mapping[str, str] = MappingProxyType({})


def insert(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    same_for_all: Mapping[str, str] = _NONE,
    keep_existing: bool = False,
) -> None:
    """Insert rows. `same_for_all` are further columns with one SQL literal each.

    With `keep_existing` rows whose unique key is taken are passed over. Raises django.db.IntegrityError
    and DataError.
    """
    one = f"({', '.join(['%s'] * len(columns) + list(same_for_all.values()))})"
    head = f"INSERT INTO {table} ({', '.join([*columns, *same_for_all])}) VALUES "
    tail = _passing_over(cursor, columns[0]) if keep_existing else ""
    for some in _portions(cursor, rows):
        _execute(cursor, head + ", ".join([one] * len(some)) + tail, [value for row in some for value in row])


def update(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set `columns` of the rows whose integer `id` comes first in each of `rows`."""
    write = _update_sqlite if cursor.db.vendor == "sqlite" else _update_mysql
    for some in _portions(cursor, rows):
        write(cursor, table, columns, some)


def placeholders(count: int) -> str:
    """`%s, %s, …`"""
    return ", ".join(["%s"] * count)


def for_update(cursor: Any) -> str:
    """What a SELECT ends with to lock its rows; SQLite's write transaction has locked everything already."""
    return "" if cursor.db.vendor == "sqlite" else " FOR UPDATE"


def moment(value: datetime) -> str:
    """A time in UTC as both databases keep it: `2026-11-22 10:00:00.123456`."""
    return str(value)[:-6]


def _portions(cursor: Any, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """SQLite gets portions of 64, 32, 16 …: few different statements, which its driver keeps compiled."""
    if cursor.db.vendor != "sqlite":
        if rows:
            yield rows
        return
    start, size = 0, _LARGEST_STATEMENT
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size


def _passing_over(cursor: Any, column: str) -> str:
    # Not INSERT IGNORE: that would also pass over a missing parent row or a value that does not fit.
    return (
        " ON CONFLICT DO NOTHING"
        if cursor.db.vendor == "sqlite"
        else f" ON DUPLICATE KEY UPDATE {column} = {column}"
    )


def _update_sqlite(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    one = f"({placeholders(len(columns) + 1)})"
    sets = ", ".join(f"{column} = given.column{place}" for place, column in enumerate(columns, start=2))
    given = ", ".join([one] * len(rows))
    sql = f"UPDATE {table} SET {sets} FROM (VALUES {given}) AS given WHERE {table}.id = given.column1"
    _execute(cursor, sql, [value for row in rows for value in row])


def _update_mysql(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    # The given rows are joined by their integer ids: strings of a derived table take the connection's
    # collation and cannot be compared with a column of another one (error 1267).
    names = ["id", *columns]
    first = "SELECT " + ", ".join(f"%s AS given_{place}" for place in range(len(names)))
    given = " UNION ALL ".join([first] + [f"SELECT {placeholders(len(names))}"] * (len(rows) - 1))
    sets = ", ".join(
        f"{table}.{column} = given.given_{place}" for place, column in enumerate(columns, start=1)
    )
    sql = f"UPDATE ({given}) AS given STRAIGHT_JOIN {table} ON {table}.id = given.given_0 SET {sets}"
    _execute(cursor, sql, [value for row in rows for value in row])


def _execute(cursor: Any, sql: str, values: list[Any]) -> None:
    if cursor.db.vendor != "sqlite":
        cursor.execute(sql, values)
        return
    # Django's cursor would rewrite the placeholders by a regular expression: 2 µs a row.
    with cursor.db.wrap_database_errors:
        sqlite3.Cursor.execute(cursor.cursor, sql.replace("%s", "?"), values)
