"""What the tools share."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.cursors import pack, unpack
from connectors.obsidian.change import Change
from connectors.obsidian.limits import CONTENT_CHARS, NOTE_BYTES, PATH_CHARS
from connectors.obsidian.outputs import NoteFile, Written
from connectors.obsidian.paths import Parts, shown
from connectors.obsidian.tree import Entry
from connectors.obsidian.vault import Note, Vault, space_of, version_of
from hermes.core import clock
from hermes.core.errors import Conflict, InvalidArgument, TooLarge

T = TypeVar("T")
NotePath = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=PATH_CHARS,
        description="Note in the vault, e.g. Projects/Plan.md; `.md` may be left out.",
    ),
]
Folder = Annotated[
    str, Meta(max_length=PATH_CHARS, description="Folder, e.g. Projects; left out: the vault.")
]
Content = Annotated[
    str, Meta(max_length=CONTENT_CHARS, description="Markdown text, up to 400,000 characters.")
]
IfMatch = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=16,
        pattern="^[0-9a-f]+$",
        description="`version` you read; if the note has changed since, nothing is done.",
    ),
]


def cursor_of(ctx: ToolContext, position: Any) -> str:
    """A cursor that is good for the call's vault only."""
    return pack((_mark(ctx), position))


def position_of(ctx: ToolContext, cursor: str | None, kind: type[T]) -> T | None:
    """Where a cursor goes on, None without one. Raises InvalidArgument for one that is not this vault's."""
    if cursor is None:
        return None
    mark, position = unpack(cursor, tuple[str, kind])  # type: ignore[valid-type]
    if mark != _mark(ctx):
        raise InvalidArgument(
            "'cursor' belongs to another account; leave it out to begin anew.", details={"argument": "cursor"}
        )
    return position


def _mark(ctx: ToolContext) -> str:
    return hashlib.sha256(space_of(ctx).folder.name.encode()).hexdigest()[:12]


def require_version(note: Note, if_match: str | None) -> None:
    """Raises Conflict where the note is no longer what the caller has read."""
    if if_match is not None and if_match != note.version:
        raise Conflict(
            f"'{note.path}' has changed since you read it; read it again and redo your change on what it "
            "says now.",
            details={"argument": "if_match", "version": note.version},
        )


def put(change: Change, parts: Parts, text: str, *, created: bool = False) -> Written:
    """Collect a note's new text. Raises TooLarge beyond 1 MB."""
    data = encoded(text)
    change.write(parts, data)
    return Written(path=shown(parts), version=version_of(data), bytes=len(data), created=created)


def encoded(text: str) -> bytes:
    """A note's bytes. Raises TooLarge beyond 1 MB."""
    data = text.encode()
    if len(data) > NOTE_BYTES:
        raise TooLarge(f"A note holds at most {NOTE_BYTES:,} bytes; split it into several.")
    return data


def place_for(vault: Vault, parts: Parts) -> Parts:
    """Where a new file goes: under folders as they are spelled. Raises Conflict where a folder is there."""
    found = vault.spelled(parts)
    vault.entry(found)
    return found


def file_of(entry: Entry) -> NoteFile:
    """A file as listings tell it."""
    return NoteFile(path=shown(entry.parts), bytes=entry.size, modified_at=time_of(entry.changed_ns))


def time_of(changed_ns: int) -> str:
    """A file's time as text."""
    return clock.iso(datetime.fromtimestamp(changed_ns // 10**9, UTC))
