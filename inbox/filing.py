"""Sent messages put into the inbox: SQL by hand, because it runs in the group commit that closes calls."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from hermes.core import ids
from hermes.core.rows import moment, placeholders
from hermes.core.third_party import storable, storable_data
from inbox import statuses
from inbox.forwarding import outbox
from inbox.models import GRAMS
from inbox.signature import signature

_TEXT_CHARS = 65_536
_MEDIA_CHARS = 4_096


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """A message that a call put on a platform; `contact` is a platform id or phone number."""

    customer_id: int
    connection_id: int
    call_id: str
    contact: str
    upstream_id: str
    kind: str
    at: datetime
    contact_name: str = ""
    text: str = ""
    reply_to: str = ""
    media: Mapping[str, Any] | None = None


def file_sent(cursor: CursorWrapper, rows: Sequence[SentRow]) -> bool:
    """Insert the messages and the threads they lack, in the transaction of `cursor`.

    A message that is there stays as it is; one that was only heard of (its status came first) gets its
    text. True where an endpoint of a customer is to be told (`outbox.put_sent`). Runs on SQLite and MySQL
    alike.
    """
    if not rows:
        return False
    holders = _holders(cursor, rows)
    placed = [(holders.get((row.connection_id, row.contact), row.contact), row) for row in rows]
    placed.sort(key=lambda each: (each[1].connection_id, each[0], each[1].upstream_id))
    threads = [_thread(row, home) for home, row in placed]
    messages = [_message(row, home) for home, row in placed]
    _upsert(cursor, "inbox_thread", "connection_id, contact", threads, _THREAD_SEEN_AGAIN)
    told = [(row.connection_id, row.upstream_id, row.kind, row.at) for _, row in placed]
    is_to_be_told = outbox.put_sent(cursor, told)
    _upsert(cursor, "inbox_message", "connection_id, upstream_id", messages, _HEARD_OF)
    return is_to_be_told


_THREAD_SEEN_AGAIN = {
    "last_at": "CASE WHEN {new} > last_at THEN {new} ELSE last_at END",
    "contact_name": "CASE WHEN contact_name = '' THEN {new} ELSE contact_name END",
}
# MySQL assigns from left to right and sees what it has assigned: thread_id, which all ask for, comes last.
_UNSEEN = "CASE WHEN thread_id IS NULL THEN {new} ELSE {old} END"
_UNSEEN_AS_SENT = (
    "CASE WHEN thread_id IS NULL AND edited_at IS NULL AND revoked_at IS NULL THEN {new} ELSE {old} END"
)
_HEARD_OF = {
    "direction": _UNSEEN,
    "kind": _UNSEEN,
    "reply_to": _UNSEEN,
    "at": _UNSEEN,
    "call_id": _UNSEEN,
    "contact": _UNSEEN,
    "text": _UNSEEN_AS_SENT,
    **dict.fromkeys(GRAMS, _UNSEEN_AS_SENT),
    "media": _UNSEEN_AS_SENT,
    "status": "CASE WHEN status = '' THEN {new} ELSE status END",
    "thread_id": _UNSEEN,
}


class _ThreadKey(NamedTuple):
    """The value of a column that refers to a thread, looked up where it is inserted."""

    connection_id: int
    contact: str


def _holders(cursor: CursorWrapper, rows: Sequence[SentRow]) -> dict[tuple[int, str], str]:
    """The contacts that hold one of the numbers written to, by connection and number."""
    connections = sorted({row.connection_id for row in rows})
    phones = sorted({row.contact for row in rows})
    cursor.execute(
        "SELECT connection_id, phone, contact FROM inbox_contactnumber"  # noqa: S608
        f" WHERE connection_id IN ({placeholders(len(connections))})"
        f" AND phone IN ({placeholders(len(phones))}) ORDER BY since, contact",
        [*connections, *phones],
    )
    return {(connection, phone): contact for connection, phone, contact in cursor.fetchall()}


def _thread(row: SentRow, contact: str) -> dict[str, Any]:
    return {
        "public_id": ids.new("thr"),
        "customer_id": row.customer_id,
        "connection_id": row.connection_id,
        "contact": contact,
        "contact_name": storable(row.contact_name, 200),
        "contact_phone": "",
        "last_at": moment(row.at.astimezone(UTC)),
        "unread": 0,
    }


def _message(row: SentRow, contact: str) -> dict[str, Any]:
    text = storable(row.text, _TEXT_CHARS)
    return {
        "public_id": ids.new("msg"),
        "customer_id": row.customer_id,
        "connection_id": row.connection_id,
        "thread_id": _ThreadKey(row.connection_id, contact),
        "upstream_id": row.upstream_id,
        "telling": "",
        "contact": row.contact,
        "contact_name": "",
        "direction": "out",
        "kind": storable(row.kind, 24),
        "text": text,
        "reply_to": storable(row.reply_to, 191),
        "media": json.dumps(storable_data(row.media, _MEDIA_CHARS)) if row.media else None,
        "extra": "{}",
        "status": statuses.ACCEPTED,
        "status_rank": 0,
        "statuses": "[]",
        "at": moment(row.at.astimezone(UTC)),
        "edit_id": "",
        "call_id": row.call_id,
        **dict(zip(GRAMS, signature(text), strict=True)),
    }


def _upsert(
    cursor: CursorWrapper,
    table: str,
    key: str,
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[str, str],
) -> None:
    """One statement for all rows. `changes` name the new value `{new}` and the stored one `{old}`."""
    is_sqlite = cursor.db.vendor == "sqlite"
    conflict = f"ON CONFLICT ({key}) DO UPDATE SET" if is_sqlite else "ON DUPLICATE KEY UPDATE"
    new = "excluded.{}" if is_sqlite else "VALUES({})"
    sets = ", ".join(
        f"{column} = {change.format(new=new.format(column), old=column)}"
        for column, change in changes.items()
    )
    values = ", ".join(f"({', '.join(_mark(value) for value in row.values())})" for row in rows)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {values} {conflict} {sets}",  # noqa: S608
        [part for row in rows for value in row.values() for part in _parts(value)],
    )


def _mark(value: Any) -> str:
    if isinstance(value, _ThreadKey):
        return "(SELECT id FROM inbox_thread WHERE connection_id = %s AND contact = %s)"
    return "%s"


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, _ThreadKey) else (value,)
