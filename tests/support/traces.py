"""Where a text may have been left: every column of the database, every value in Redis, a process' words."""

from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from hermes.core.redis import sync_client

_READ_BY: dict[bytes, tuple[str, ...]] = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"list": ("LRANGE", "0", "-1"),
    b"set": ("SMEMBERS",),
    b"zset": ("ZRANGE", "0", "-1"),
    b"none": ("GET",),  # expired meanwhile
}


def in_database(text: str) -> list[str]:
    """`table.column` of every row that holds the text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                name = connection.ops.quote_name(column.name)
                cursor.execute(
                    f"SELECT COUNT(*) FROM {table} WHERE CAST({name} AS CHAR) LIKE %s",  # noqa: S608
                    [f"%{text}%"],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column.name}")
    return found


def in_redis(text: str) -> list[str]:
    """The keys that hold the text, in their name or their value, queues of tasks included."""
    return [key for key, value in _values() if text in key or text in value]


def in_processes(text: str) -> list[str]:
    """The processes of this machine whose command line shows the text."""
    return [str(path.parent) for path in Path("/proc").glob("[0-9]*/cmdline") if text in _read(path)]


def _values() -> Iterator[tuple[str, str]]:
    client = sync_client()
    for key in client.scan_iter(count=1000):
        command, *rest = _READ_BY[bytes(client.type(key))]  # type: ignore[arg-type]
        yield repr(key), repr(client.execute_command(command, key, *rest))  # type: ignore[no-untyped-call]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
