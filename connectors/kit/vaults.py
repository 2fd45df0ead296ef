"""Platforms that are files: Hermes keeps them in a folder of the connection."""

import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from connectors.kit.context import ToolContext


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VaultSpace:
    """The folder of one connection, nobody else's, and what its plan lets it hold. It may not exist yet."""

    folder: Path
    limit_bytes: int
    limit_files: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an archive's files; `skipped` are the first of those left out, each with its reason."""

    added: int
    replaced: int
    kept: int
    skipped_count: int
    skipped: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VaultSpec:
    """How a platform's files come in and go out as one ZIP archive.

    `load(ctx, archive, overwrite)` takes a seekable file of somebody's making: it raises InvalidArgument,
    TooLarge or PlanLimit with nothing changed. `save(ctx, target)` writes one and answers how many files it
    holds. `archive_bytes` caps what is taken in.
    """

    load: "Callable[[ToolContext, BinaryIO, bool], Awaitable[Imported]]"
    save: "Callable[[ToolContext, BinaryIO], Awaitable[int]]"
    archive_bytes: int
