"""The files of a vault, reached step by step from its folder's descriptor: no link is ever followed.

Each step is an `openat` with O_NOFOLLOW of one checked name, so that a folder that is exchanged for a link
in between leads nowhere. Only regular files with one name count.
"""

import dataclasses
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from connectors.obsidian.limits import DEPTH, FILE_BYTES
from connectors.obsidian.paths import Parts, key, shown
from hermes.core.errors import Conflict, NotFound, TooLarge

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK a FIFO would hold the thread.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A file of the vault."""

    parts: Parts
    size: int
    changed_ns: int


@contextmanager
def rooted(folder: Path) -> Iterator[int]:
    """The descriptor of the vault's folder, which is made where it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = os.open(folder, _FOLDER)
    try:
        yield root
    finally:
        os.close(root)


@contextmanager
def opened(root: int, parts: Parts, *, make: bool = False) -> Iterator[int]:
    """The descriptor of a folder in the vault. Raises NotFound; with `make` it is made instead."""
    here = os.dup(root)
    try:
        for name in parts:
            below = _step(here, name, make=make)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _step(here: int, name: str, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=here)
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        if make:
            raise Conflict(f"'{name}' is a file; choose another folder.") from None
        raise _missing(name) from None


def spelled(root: int, parts: Parts) -> Parts:
    """The path in the spelling in which it exists, as far as it does: case and form do not matter."""
    found: list[str] = []
    here = os.dup(root)
    try:
        for name in parts:
            actual = _spelled_in(here, name)
            found.append(actual or name)
            if actual is None:
                break
            try:
                below = os.open(actual, _FOLDER, dir_fd=here)
            except OSError:
                break
            os.close(here)
            here = below
    finally:
        os.close(here)
    return (*found, *parts[len(found) :])


def _spelled_in(here: int, name: str) -> str | None:
    try:
        os.stat(name, dir_fd=here, follow_symlinks=False)
    except OSError:
        wanted = key(name)
        with os.scandir(here) as names:
            return next((entry.name for entry in names if key(entry.name) == wanted), None)
    return name


def entry(root: int, parts: Parts) -> Entry | None:
    """The file at a path, None where there is none; a folder raises Conflict."""
    try:
        with opened(root, parts[:-1]) as folder:
            found = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
    except (NotFound, OSError):
        return None
    if stat.S_ISDIR(found.st_mode):
        raise Conflict(f"'{shown(parts)}' is a folder; name a file in it.")
    return Entry(parts, found.st_size, found.st_mtime_ns) if _is_plain(found) else None


def read(root: int, parts: Parts, *, limit_bytes: int = FILE_BYTES) -> tuple[bytes, int]:
    """A file's bytes and when it changed (ns). Raises NotFound and TooLarge."""
    with opened(root, parts[:-1]) as folder:
        try:
            file = os.open(parts[-1], _FILE, dir_fd=folder)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            raise _missing(shown(parts)) from None
        with os.fdopen(file, "rb") as stream:
            found = os.fstat(file)
            if not _is_plain(found):
                raise _missing(shown(parts))
            if found.st_size > limit_bytes:
                raise TooLarge(f"'{shown(parts)}' is larger than {limit_bytes:,} bytes.")
            return stream.read(limit_bytes + 1)[:limit_bytes], found.st_mtime_ns


def walk(root: int, under: Parts = (), *, depth: int = DEPTH, hidden: bool = False) -> Iterator[Entry]:
    """The files under a folder, sorted by name in each, subfolders last; hidden ones only where asked."""
    try:
        with opened(root, under) as folder:
            files, folders = _listed(folder, under, hidden=hidden)
    except NotFound:
        return
    yield from files
    for name in folders if depth > 1 else ():
        yield from walk(root, (*under, name), depth=depth - 1, hidden=hidden)


def folders(root: int, under: Parts = ()) -> list[str]:
    """The names of the folders directly in a folder."""
    with opened(root, under) as folder:
        return _listed(folder, under, hidden=False)[1]


def _listed(folder: int, under: Parts, *, hidden: bool) -> tuple[list[Entry], list[str]]:
    files, below = [], []
    with os.scandir(folder) as found:
        for each in found:
            if each.name.startswith(".") and not hidden:
                continue
            if each.is_dir(follow_symlinks=False):
                below.append(each.name)
            elif each.is_file(follow_symlinks=False):
                try:
                    state = os.stat(each.name, dir_fd=folder, follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if _is_plain(state):
                    files.append(Entry((*under, each.name), state.st_size, state.st_mtime_ns))
    return sorted(files, key=lambda e: _order(e.parts[-1])), sorted(below, key=_order)


def _order(name: str) -> tuple[str, str]:
    return key(name), name


def _is_plain(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no '{name}' in the vault; list the notes or search for it.")
