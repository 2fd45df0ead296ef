"""Listing notes and reading one."""

import itertools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.obsidian import finding, links, markdown, paths, properties, sections
from connectors.obsidian.limits import DEPTH, EXTENSIONS, NOTE, READ_CHARS
from connectors.obsidian.outputs import Listing, NoteRead
from connectors.obsidian.paths import Parts, extension, shown
from connectors.obsidian.tools.common import Folder, NotePath, cursor_of, file_of, position_of, time_of
from connectors.obsidian.vault import Note, Vault, reading
from hermes.core.errors import InvalidArgument, NotFound

ANY = "any"
PERIODS = {"daily": "%Y-%m-%d", "weekly": "%G-W%V", "monthly": "%Y-%m"}


class ListNotes(Params, frozen=True):
    """Which files."""

    path: Folder | None = None
    depth: Annotated[
        int, Meta(ge=1, le=DEPTH, description="Levels of folders to go down; 1: only this one.")
    ] = DEPTH
    ext: Annotated[
        str, Meta(max_length=10, description="Ending such as md, canvas, png; any: all files.")
    ] = NOTE
    limit: Limit = 50
    cursor: Cursor | None = None


async def list_notes(ctx: ToolContext, params: ListNotes) -> ToolResult:
    """List files."""
    under = paths.folder(params.path, trash=True)
    ending = params.ext.lower().removeprefix(".")
    if ending not in EXTENSIONS | {ANY}:
        raise InvalidArgument(
            f"'ext' is 'any' or one of {', '.join(sorted(EXTENSIONS))}.", details={"argument": "ext"}
        )
    after = position_of(ctx, params.cursor, str)
    return ToolResult(
        data=await reading(ctx, lambda vault: _page(ctx, vault, (under, ending, after), params))
    )


def _page(
    ctx: ToolContext, vault: Vault, wanted: tuple[Parts, str, str | None], params: ListNotes
) -> Listing:
    under, ending, after = wanted
    place = finding.order(tuple(after.split("/"))) if after is not None else None
    fitting = (
        entry
        for entry in vault.entries(under, depth=params.depth)
        if ending in (ANY, extension(entry.parts)) and (place is None or finding.order(entry.parts) > place)
    )
    page = list(itertools.islice(fitting, params.limit + 1))
    if not page and not vault.is_folder(under):
        raise NotFound(f"There is no folder '{shown(under)}'; list the vault to see those it has.")
    has_more = len(page) > params.limit
    return Listing(
        files=[file_of(entry) for entry in page[: params.limit]],
        folders=vault.folders(under) if place is None else None,
        next_cursor=cursor_of(ctx, shown(page[params.limit - 1].parts)) if has_more else None,
    )


class GetNote(Params, frozen=True):
    """Which note, and what of it."""

    path: NotePath | None = None
    periodic: (
        Annotated[
            Literal["daily", "weekly", "monthly"],
            Meta(description="Instead of path: the note of a day, ISO week or month."),
        ]
        | None
    ) = None
    date: (
        Annotated[
            str,
            Meta(
                max_length=10,
                pattern=r"^\d{4}-\d{2}-\d{2}$",
                description="Day the periodic note is for, e.g. 2026-11-22; left out: today in UTC.",
            ),
        ]
        | None
    ) = None
    format: Annotated[
        Literal["content", "full", "map", "section"],
        Meta(
            description="content: the text; full: also properties, tags and links; map: headings, blocks and "
            "properties without the text; section: one section or block."
        ),
    ] = "content"
    section: (
        Annotated[
            str,
            Meta(min_length=1, max_length=300, description="Heading (`Plan::Next` if nested) or `^block`."),
        ]
        | None
    ) = None
    offset: Annotated[int, Meta(ge=0, le=10_000_000, description="Character to begin at.")] = 0


async def get_note(ctx: ToolContext, params: GetNote) -> ToolResult:
    """Read a note."""
    if (params.path is None) == (params.periodic is None):
        raise InvalidArgument("Give 'path' or 'periodic', one of them.", details={"argument": "path"})
    if (params.format == "section") != (params.section is not None):
        raise InvalidArgument(
            "Give 'section' with format=section, and only then.", details={"argument": "section"}
        )
    if params.path is not None:
        parts = paths.file(params.path, trash=True)
        return ToolResult(data=await reading(ctx, lambda vault: _read(vault, vault.note(parts), params)))
    name = _periodic_name(params, ctx.now())
    return ToolResult(
        data=await reading(ctx, lambda vault: _read(vault, _periodic(vault, name, params), params))
    )


def _periodic_name(params: GetNote, now: datetime) -> str:
    try:
        day = date.fromisoformat(params.date) if params.date else now.astimezone(UTC).date()
    except ValueError:
        raise InvalidArgument(
            "'date' is no day; give one as 2026-11-22.", details={"argument": "date"}
        ) from None
    return f"{day:{PERIODS[params.periodic or 'daily']}}.{NOTE}"


def _periodic(vault: Vault, name: str, params: GetNote) -> Note:
    every = [entry.parts for entry in vault.entries() if extension(entry.parts) == NOTE]
    named = [parts for parts in every if paths.key(parts[-1]) == paths.key(name)]
    if named:
        return vault.note(min(named, key=len))
    raise NotFound(
        f"There is no {params.periodic} note {name}; write it with obsidian_write_note or obsidian_append.",
        details={"path": shown((*_periodic_folder(every, params.periodic or "daily"), name))},
    )


def _periodic_folder(every: list[Parts], period: str) -> Parts:
    """Where the latest note of this period lies."""
    sample = f"{date(2026, 11, 22):{PERIODS[period]}}.{NOTE}"
    shape = re.compile(re.sub(r"\d", r"\\d", re.escape(sample)))
    alike = [parts for parts in every if shape.fullmatch(parts[-1])]
    return max(alike, key=lambda parts: parts[-1])[:-1] if alike else ()


def _read(vault: Vault, note: Note, params: GetNote) -> NoteRead:
    text = note.text
    is_told = params.format in ("full", "map")
    shown_text = sections.cut(text, params.section) if params.section else text
    piece = shown_text[params.offset : params.offset + READ_CHARS]
    ends = params.offset + len(piece)
    held = properties.of_or_none(text) if is_told else {}
    led, lost = _links(vault, note) if params.format == "full" else ([], [])
    return NoteRead(
        path=note.path,
        version=note.version,
        bytes=len(note.data),
        modified_at=time_of(note.changed_ns),
        content=piece if params.format != "map" else None,
        next_offset=ends if params.format != "map" and ends < len(shown_text) else None,
        properties=held if is_told else None,
        aliases=properties.aliases(held) if is_told else None,
        tags=sorted(set(finding.tags_of(text))) if is_told else None,
        links=led if params.format == "full" else None,
        unresolved=lost if params.format == "full" else None,
        headings=[{"level": h.level, "title": h.title, "line": h.line} for h in markdown.headings(text)][:500]
        if params.format == "map"
        else None,
        blocks=[f"^{b.name}" for b in markdown.blocks(text)][:500] if params.format == "map" else None,
    )


def _links(vault: Vault, note: Note) -> tuple[list[str], list[str]]:
    files = links.Files(shown(entry.parts) for entry in vault.entries())
    led, lost = set(), set()
    for link in links.of_note(note.text):
        target = files.resolve(link, note.path)
        if target is None:
            lost.add(link.target)
        elif target != note.path:
            led.add(target)
    return sorted(led)[:200], sorted(lost)[:200]


class ListRecent(Params, frozen=True):
    """How far back."""

    days: Annotated[int, Meta(ge=1, le=366, description="Changed in the last so many days.")] = 7
    limit: Limit = 20
    cursor: Cursor | None = None


async def list_recent(ctx: ToolContext, params: ListRecent) -> ToolResult:
    """List what changed lately."""
    since = int((ctx.now() - timedelta(days=params.days)).timestamp() * 10**9)
    position = position_of(ctx, params.cursor, tuple[int, str])

    def work(vault: Vault) -> Listing:
        entries = [e for e in vault.entries() if e.changed_ns >= since and extension(e.parts) == NOTE]
        entries.sort(key=lambda e: (-e.changed_ns, shown(e.parts)))
        if position is not None:
            entries = [e for e in entries if (-e.changed_ns, shown(e.parts)) > (-position[0], position[1])]
        page = entries[: params.limit]
        last = page[-1] if len(entries) > params.limit else None
        return Listing(
            files=[file_of(entry) for entry in page],
            next_cursor=cursor_of(ctx, (last.changed_ns, shown(last.parts))) if last else None,
        )

    return ToolResult(data=await reading(ctx, work))


TOOLS = (
    Tool(
        name="obsidian_list_notes",
        title="List Obsidian notes",
        description="List the notes of the vault or of one folder in name order, with size and time, and the "
        "folders in it. Use it to see what there is; to find something by what it says use obsidian_search. "
        "Deleted notes are in the folder .trash.",
        params=ListNotes,
        output=Listing,
        handler=list_notes,
        hints=READ,
        core=True,
        example={"path": "Projects", "limit": 20},
    ),
    Tool(
        name="obsidian_get_note",
        title="Read Obsidian note",
        description="Read a note by path, or the daily, weekly or monthly note. format=map shows what a "
        "long note is made of, format=section reads one part. The version in the answer "
        "guards a later change (if_match). Long text comes in pieces of 40,000 characters. Find notes "
        "with obsidian_search.",
        params=GetNote,
        output=NoteRead,
        handler=get_note,
        hints=READ,
        core=True,
        example={"path": "Projects/Plan.md", "format": "full"},
    ),
    Tool(
        name="obsidian_list_recent",
        title="List recent Obsidian notes",
        description="List the notes that changed in the last days, the latest first. Use it to pick up where "
        "somebody left off. All notes: obsidian_list_notes.",
        params=ListRecent,
        output=Listing,
        handler=list_recent,
        hints=READ,
        example={"days": 7},
    ),
)
