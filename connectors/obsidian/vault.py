"""A vault: its files, read as they are and changed in one step under a lock that all processes share."""

import asyncio
import dataclasses
import fcntl
import hashlib
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from connectors.kit.context import ToolContext
from connectors.kit.vaults import VaultSpace
from connectors.obsidian import tree
from connectors.obsidian.change import Change
from connectors.obsidian.limits import LOCK_S, NOTE, NOTE_BYTES
from connectors.obsidian.paths import Parts, extension, shown
from connectors.obsidian.tree import Entry
from hermes.core.errors import Conflict, InvalidArgument, NotFound

T = TypeVar("T")
PRIVATE = ".hermes"
LOCK = "lock"


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read; `version` names exactly this content."""

    parts: Parts
    data: bytes
    changed_ns: int

    @property
    def path(self) -> str:
        """Its path as text."""
        return shown(self.parts)

    @property
    def version(self) -> str:
        """What `if_match` asks for."""
        return version_of(self.data)

    @property
    def text(self) -> str:
        """The content. Raises InvalidArgument where it is no UTF-8."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            raise InvalidArgument(
                f"'{self.path}' is not UTF-8 text; import it again in UTF-8.", details={"argument": "path"}
            ) from None


class Vault:
    """The files of one vault, by an open descriptor of its folder. All work here blocks."""

    def __init__(self, root: int) -> None:
        self.root = root

    def spelled(self, parts: Parts) -> Parts:
        """The path as it is stored, or as given where nothing is there."""
        return tree.spelled(self.root, parts)

    def entry(self, parts: Parts) -> Entry | None:
        """The file at a path in whatever spelling, None where there is none."""
        return tree.entry(self.root, self.spelled(parts))

    def note(self, parts: Parts) -> Note:
        """A note's content. Raises NotFound and TooLarge."""
        found = self.spelled(parts)
        data, changed_ns = tree.read(self.root, found, limit_bytes=NOTE_BYTES)
        return Note(found, data, changed_ns)

    def entries(self, under: Parts = (), *, depth: int = 99) -> Iterator[Entry]:
        """The files under a folder, in order."""
        return tree.walk(self.root, self.spelled(under), depth=depth)

    def is_folder(self, parts: Parts) -> bool:
        """Whether there is a folder at a path."""
        try:
            with tree.opened(self.root, self.spelled(parts)):
                return True
        except NotFound:
            return False

    def folders(self, under: Parts) -> list[str]:
        """The names of the folders directly in a folder, none where it is none."""
        return tree.folders(self.root, self.spelled(under)) if self.is_folder(under) else []

    def notes(self, under: Parts = ()) -> Iterator[Note]:
        """The notes under a folder that are readable text, in order."""
        for found in self.entries(under):
            if extension(found.parts) != NOTE or found.size > NOTE_BYTES:
                continue
            try:
                note = self.note(found.parts)
                note.data.decode()
            except (NotFound, UnicodeDecodeError):
                continue
            yield note


def version_of(data: bytes) -> str:
    """A short name of exactly these bytes."""
    return hashlib.sha256(data).hexdigest()[:16]


async def reading(ctx: ToolContext, work: Callable[[Vault], T]) -> T:
    """`work` on the call's vault, in the pool."""
    return await _in_pool(ctx, _read, space_of(ctx), work)


async def changing(ctx: ToolContext, work: Callable[[Vault, Change], T]) -> T:
    """`work` on the call's vault while nobody else changes it; what it puts into the Change is done after it.

    In a dry run it ends before anything is done. Raises Conflict where the vault stays busy for 20 s, and
    PlanLimit where it would exceed its plan.
    """
    ends = time.monotonic() + LOCK_S
    while True:
        try:
            return await _in_pool(ctx, _changed, ctx, work)
        except _Busy:
            if time.monotonic() > ends:
                raise Conflict("The vault is being changed by other calls; try again in a minute.") from None
        # Waiting in the pool would take the thread from other customers.
        await asyncio.sleep(random.uniform(0.005, 0.05))  # noqa: S311  (no secret)


def space_of(ctx: ToolContext) -> VaultSpace:
    """Where the vault lies and how large it may get."""
    if ctx.vault is None:
        raise TypeError("this call has no vault")
    return ctx.vault


@contextmanager
def locked(root: int) -> Iterator[None]:
    """Be the only one that changes the vault. Raises _Busy at once where another one is."""
    with tree.opened(root, (PRIVATE,), make=True) as private:
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=private)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _Busy from None
        yield
    finally:
        os.close(lock)


class _Busy(Exception):
    """Another call changes the vault."""


def _read(space: VaultSpace, work: Callable[[Vault], T]) -> T:
    with tree.rooted(space.folder) as root:
        return work(Vault(root))


def _changed(ctx: ToolContext, work: Callable[[Vault, Change], T]) -> T:
    space = space_of(ctx)
    with tree.rooted(space.folder) as root, locked(root):
        change = Change(root, space)
        change.discard()
        try:
            result = work(Vault(root), change)
            change.commit(ctx.before_change)
        except BaseException:
            change.discard()
            raise
        return result


async def _in_pool(ctx: ToolContext, work: Callable[..., T], *given: object) -> T:
    done: Awaitable[T] = ctx.blocking(work, *given)
    return await done
