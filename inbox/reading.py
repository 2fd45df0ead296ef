"""Messages counted as read by a call that marked them read at their platform: SQL by hand, as in `filing`."""

import dataclasses
from collections.abc import Sequence
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """All that arrived in a thread up to the message with this platform id has been read."""

    customer_id: int
    connection_id: int
    upstream_id: str


def mark_read(cursor: Any, rows: Sequence[ReadRow]) -> None:
    """Move the threads' `read_at` forward and count what is left unread, in the transaction of `cursor`.

    A message that is not stored changes nothing. Runs on SQLite and MySQL alike.
    """
    for row in rows:
        cursor.execute(
            "SELECT thread_id, at FROM inbox_message"
            " WHERE customer_id = %s AND connection_id = %s AND upstream_id = %s AND thread_id IS NOT NULL",
            [row.customer_id, row.connection_id, row.upstream_id],
        )
        for thread, at in cursor.fetchall():
            cursor.execute(
                "UPDATE inbox_thread SET read_at = %s WHERE id = %s AND (read_at IS NULL OR read_at < %s)",
                [at, thread, at],
            )
            cursor.execute(
                "UPDATE inbox_thread SET unread = (SELECT COUNT(*) FROM inbox_message m"
                " WHERE m.thread_id = inbox_thread.id AND m.direction = 'in' AND m.at > inbox_thread.read_at"
                " AND m.kind NOT IN ('reaction', 'system')) WHERE id = %s",
                [thread],
            )
