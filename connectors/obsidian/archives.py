"""A vault as one ZIP archive, in and out.

An archive is somebody's text: its names pass the same rules as an agent's, links and devices are left out,
its directory is measured before it is read, and sizes are counted as they come, never believed.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from connectors.kit.context import ToolContext
from connectors.kit.vaults import Imported
from connectors.obsidian import paths, tree
from connectors.obsidian.change import Change
from connectors.obsidian.limits import (
    ARCHIVE_DIRECTORY_BYTES,
    ARCHIVE_ENTRIES,
    EXTENSIONS,
    FILE_BYTES,
    NOTE,
    NOTE_BYTES,
)
from connectors.obsidian.paths import Parts, extension, key, shown
from connectors.obsidian.vault import Vault, changing, reading, space_of
from hermes.core.errors import InvalidArgument, NotFound, PlanLimit, TooLarge
from hermes.core.third_party import shown as readable

SHOWN = 50
CHUNK = 1 << 16
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_TAIL = 65_557  # the end record with its longest comment
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


async def load(ctx: ToolContext, archive: BinaryIO, overwrite: bool) -> Imported:
    """Bring an archive's files into the vault; what is there stays unless `overwrite`.

    All or nothing. Raises InvalidArgument (no ZIP), TooLarge and PlanLimit.
    """
    limit_bytes = space_of(ctx).limit_bytes

    def work(vault: Vault, change: Change) -> Imported:
        return _Import(vault, change, limit_bytes, overwrite=overwrite).run(archive)

    return await changing(ctx, work)


async def save(ctx: ToolContext, target: BinaryIO) -> int:
    """Write the vault's files into an archive; their number. What is hidden or in the trash stays out."""
    return await reading(ctx, lambda vault: _save(vault, target))


def _save(vault: Vault, target: BinaryIO) -> int:
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in vault.entries():
            try:
                data, _ = tree.read(vault.root, entry.parts)
            except (NotFound, TooLarge):
                continue
            archive.writestr(shown(entry.parts), data)
            count += 1
    return count


class _Import:
    """One archive on its way in."""

    def __init__(self, vault: Vault, change: Change, limit_bytes: int, *, overwrite: bool) -> None:
        self._vault = vault
        self._change = change
        self._left = limit_bytes
        self._overwrite = overwrite
        self._skipped: list[tuple[str, str]] = []
        self._skipped_count = self._added = self._replaced = self._kept = 0
        self._taken: set[str] = set()

    def run(self, archive: BinaryIO) -> Imported:
        _measure(archive)
        try:
            with zipfile.ZipFile(archive) as opened:
                for entry, name in _inside(opened.infolist()):
                    self._take(opened, entry, name)
        except _BROKEN:
            raise InvalidArgument(
                "The body is no ZIP archive that can be read whole; pack it again."
            ) from None
        return Imported(
            added=self._added,
            replaced=self._replaced,
            kept=self._kept,
            skipped_count=self._skipped_count,
            skipped=tuple(self._skipped),
        )

    def _take(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
        parts, problem = _named(entry, name)
        if parts is None:
            if problem:
                self._skip(name, problem)
            return None
        place = self._vault.spelled(parts)
        folded = key(shown(place))
        if folded in self._taken:
            return self._skip(name, "another file of the archive has this name")
        there = self._vault.entry(place)
        if there is not None and not self._overwrite:
            self._kept += 1
            return None
        limit = NOTE_BYTES if extension(parts) == NOTE else FILE_BYTES
        data = self._read(archive, entry, limit)
        if data is None:
            return self._skip(name, f"it is larger than {limit:,} bytes")
        self._taken.add(folded)
        self._added += there is None
        self._replaced += there is not None
        self._change.stage(place, data)
        return None

    def _read(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes | None:
        data = bytearray()
        with archive.open(entry) as file:
            while chunk := file.read(CHUNK):
                data += chunk
                if len(data) > limit:
                    return None
                if len(data) > self._left:
                    raise PlanLimit(
                        "The archive holds more than the vault may hold on this plan. Nothing was imported; "
                        "leave large files out or change the plan."
                    )
        self._left -= len(data)
        return bytes(data)

    def _skip(self, name: str, reason: str) -> None:
        self._skipped_count += 1
        if len(self._skipped) < SHOWN:
            self._skipped.append((readable(name, 200), reason))


def _measure(archive: BinaryIO) -> None:
    """Refuse a directory that would fill the memory: `zipfile` reads it whole."""
    size = archive.seek(0, 2)
    archive.seek(max(0, size - _TAIL))
    tail = archive.read(_TAIL)
    archive.seek(0)
    at = tail.find(_END)
    if at < 0:
        raise InvalidArgument("The body is no ZIP archive; pack the vault's folder as ZIP.")
    if _END_64 in tail:
        raise TooLarge("The archive is of the kind for more than 65,535 files or 4 GB; pack less.")
    while at >= 0:
        record = tail[at : at + 22]
        entries, directory = struct.unpack_from("<HI", record, 10) if len(record) == 22 else (0, 0)
        if entries > ARCHIVE_ENTRIES or directory > ARCHIVE_DIRECTORY_BYTES:
            raise TooLarge(f"The archive holds more than {ARCHIVE_ENTRIES:,} files; pack less.")
        at = tail.find(_END, at + 1)


def _inside(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The entries with their paths in the vault: a packed folder that is a vault is taken as the vault."""
    names = [entry.filename for entry in entries]
    top = names[0].partition("/")[0] + "/" if names else ""
    is_vault = any(name.startswith(f"{top}.obsidian/") for name in names)
    lead = len(top) if is_vault and all(name.startswith(top) for name in names) else 0
    return ((entry, name[lead:]) for entry, name in zip(entries, names, strict=True))


def _named(entry: zipfile.ZipInfo, name: str) -> tuple[Parts | None, str]:
    """Where an entry goes, or why it stays out; no reason for folders."""
    if not name or name.endswith("/"):
        return None, ""
    segments = name.split("/")
    mode, is_inside = entry.external_attr >> 16, ".." not in segments and "" not in segments
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        problem = "it is a link or device"
    elif entry.flag_bits & 1:
        problem = "it is encrypted"
    elif is_inside and any(_is_hidden(segment) for segment in segments):
        problem = "it is hidden or a setting of an app"
    else:
        return _parsed(name)
    return None, problem


def _is_hidden(segment: str) -> bool:
    return segment.startswith((".", "__MACOSX")) and not segment.startswith("..")


def _parsed(name: str) -> tuple[Parts | None, str]:
    try:
        parts = paths.parse(name)
    except InvalidArgument:
        return None, "its name cannot be used in a vault"
    return (parts, "") if extension(parts) in EXTENSIONS else (None, "this kind of file is not kept")
