"""A change of a vault: collected, weighed against the quota, told to a dry run, then done in one go.

New content is written beside the notes and made durable first; what readers see changes by renames only, so
a crash leaves each file old or new, never half.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from connectors.kit.vaults import VaultSpace
from connectors.obsidian import tree
from connectors.obsidian.limits import TRASH_DAYS
from connectors.obsidian.paths import TRASH, Parts, shown
from connectors.obsidian.tree import Entry
from hermes.core import clock
from hermes.core.errors import Conflict, PlanLimit

STAGE = (".hermes", "stage")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
DAY_NS = 86_400 * 10**9


class Change:
    """What is to be done to a vault. Paths are as stored; only `commit` touches the disk."""

    def __init__(self, root: int, space: VaultSpace) -> None:
        self._root = root
        self._space = space
        self._writes: dict[Parts, bytes] = {}
        self._staged: dict[Parts, tuple[str, int]] = {}
        self._moves: list[tuple[Parts, Parts]] = []
        self._removals: list[Parts] = []
        self._touched: set[Parts] = set()

    def write(self, parts: Parts, data: bytes) -> None:
        """Put a file in place, over the one that is there."""
        self._writes[parts] = data

    def stage(self, parts: Parts, data: bytes) -> None:
        """As `write`, for changes too large to be held: the bytes go to the disk at once, unseen."""
        name = secrets.token_hex(8)
        with tree.opened(self._root, STAGE, make=True) as folder:
            file = os.open(name, _NEW, 0o600, dir_fd=folder)
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(file)
        self._staged[parts] = name, len(data)

    def discard(self) -> None:
        """Remove what was staged, by this change or by one whose process died: only one works at a time."""
        for left in list(tree.walk(self._root, STAGE, depth=1, hidden=True)):
            self._unlink(left.parts)

    def move(self, old: Parts, new: Parts) -> None:
        """Rename a file; nothing may be at its new place. A write to `new` comes after it."""
        self._moves.append((old, new))

    def remove(self, parts: Parts) -> None:
        """Delete a file for good."""
        self._removals.append(parts)

    def trash(self, parts: Parts) -> Parts:
        """Move a file into the trash; answers its place there."""
        place = (TRASH, *parts)
        if tree.entry(self._root, place) is not None:
            stem, dot, ending = parts[-1].rpartition(".")
            place = (TRASH, *parts[:-1], f"{stem[:80]} {clock.now():%Y%m%d%H%M%S%f}{dot}{ending}")
        self._moves.append((parts, place))
        return place

    def commit(self, before_change: Callable[[Mapping[str, Any]], None]) -> None:
        """Do it. Raises PlanLimit, with nothing changed, where the vault would exceed its plan."""
        if not (self._writes or self._staged or self._moves or self._removals):
            return
        held = list(tree.walk(self._root, hidden=True, depth=99))
        expired = self._make_room(held)
        before_change(self._told())
        for parts, data in self._writes.items():
            self.stage(parts, data)
        for old, new in self._moves:
            self._rename(old, new)
        for parts, (name, _) in self._staged.items():
            self._rename((*STAGE, name), parts)
        for parts in (*self._removals, *expired):
            self._unlink(parts)
            self._touched.add(parts[:-1])
        for folder in self._touched:
            self._keep(folder)
        for parts in (*(old for old, _ in self._moves), *self._removals, *expired):
            self._tidy(parts[:-1])

    def _told(self) -> dict[str, Any]:
        return {
            "write": [{"path": shown(parts), "bytes": len(data)} for parts, data in self._writes.items()],
            "move": [{"from": shown(old), "to": shown(new)} for old, new in self._moves],
            "remove": [shown(parts) for parts in self._removals],
        }

    def _make_room(self, held: list[Entry]) -> list[Parts]:
        """What goes from the trash: what is too old, and the oldest while the vault would not fit."""
        sizes = {e.parts: e.size for e in held if e.parts[:1] != STAGE[:1]}
        before = sum(sizes.values()), len(sizes)
        for old, new in self._moves:
            sizes[new] = sizes.pop(old, 0)
        sizes.update({parts: len(data) for parts, data in self._writes.items()})
        sizes.update({parts: size for parts, (_, size) in self._staged.items()})
        for parts in self._removals:
            sizes.pop(parts, None)
        after = sum(sizes.values()), len(sizes)
        thrown = sorted((e for e in held if e.parts[0] == TRASH and e.parts in sizes), key=_age)
        horizon = int(clock.now().timestamp() * 10**9) - TRASH_DAYS * DAY_NS
        expired = []
        for each in thrown:
            if each.changed_ns > horizon and self._fits(after, before):
                break
            expired.append(each.parts)
            after = after[0] - each.size, after[1] - 1
        if not self._fits(after, before):
            raise PlanLimit(
                f"The vault holds at most {self._space.limit_bytes:,} bytes in {self._space.limit_files:,} "
                "files on this plan. Delete notes for good (trash=false) or change the plan.",
                details={"limit_bytes": self._space.limit_bytes, "limit_files": self._space.limit_files},
            )
        return expired

    def _fits(self, after: tuple[int, int], before: tuple[int, int]) -> bool:
        # What is too large already (after a smaller plan) may still shrink.
        limits = self._space.limit_bytes, self._space.limit_files
        return all(new <= max(limit, old) for new, limit, old in zip(after, limits, before, strict=True))

    def _rename(self, old: Parts, new: Parts) -> None:
        with (
            tree.opened(self._root, old[:-1]) as source,
            tree.opened(self._root, new[:-1], make=True) as target,
        ):
            try:
                os.rename(old[-1], new[-1], src_dir_fd=source, dst_dir_fd=target)
            except IsADirectoryError:
                raise Conflict(f"'{shown(new)}' is a folder; choose another name.") from None
            if new[0] == TRASH:
                os.utime(new[-1], dir_fd=target, follow_symlinks=False)
        self._touched.add(new[:-1])

    def _keep(self, parts: Parts) -> None:
        """Make the names in a folder durable."""
        with tree.opened(self._root, parts) as folder:
            os.fsync(folder)

    def _unlink(self, parts: Parts) -> None:
        with tree.opened(self._root, parts[:-1]) as folder:
            os.unlink(parts[-1], dir_fd=folder)

    def _tidy(self, folder: Parts) -> None:
        """Remove folders that have become empty."""
        while folder:
            try:
                with tree.opened(self._root, folder[:-1]) as above:
                    os.rmdir(folder[-1], dir_fd=above)
            except OSError:
                return
            folder = folder[:-1]


def _age(entry: Entry) -> int:
    return entry.changed_ns
