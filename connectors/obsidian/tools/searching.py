"""Finding notes by what they say, by their tags and by what links to them."""

import time
from collections import Counter
from typing import Annotated, Any, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.params import Cursor, Limit
from connectors.kit.tool import READ, Params, Tool, ToolResult
from connectors.obsidian import finding, links, markdown, paths
from connectors.obsidian.limits import QUERY_CHARS, SEARCH_S, SNIPPET_CHARS
from connectors.obsidian.moving import linking_files
from connectors.obsidian.outputs import Backlinks, Hit, Hits, Tags
from connectors.obsidian.paths import shown
from connectors.obsidian.tools.common import Folder, NotePath, cursor_of, position_of, time_of
from connectors.obsidian.vault import Vault, reading
from hermes.core import third_party
from hermes.core.errors import NotFound


class Search(Params, frozen=True):
    """What to look for."""

    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=QUERY_CHARS,
            description="text: words that must all occur; regex: a Python pattern, ^ and $ at lines; "
            "property: name or name=value; tag: a tag, its subtags included.",
        ),
    ]
    mode: Annotated[
        Literal["text", "regex", "property", "tag"], Meta(description="How to read the query.")
    ] = "text"
    path: Folder | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


async def search(ctx: ToolContext, params: Search) -> ToolResult:
    """Search notes."""
    under = paths.folder(params.path)
    after = position_of(ctx, params.cursor, str)

    def work(vault: Vault) -> Hits:
        found = finding.search(vault, params.query, params.mode, under, limit=params.limit, after=after)
        return Hits(
            notes=[
                Hit(
                    path=note.path,
                    modified_at=time_of(note.changed_ns),
                    matches=[{"line": s.line, "text": s.text} for s in snippets],
                )
                for note, snippets in found.notes
            ],
            complete=not found.is_out_of_time,
            next_cursor=cursor_of(ctx, found.at) if found.at is not None else None,
        )

    return ToolResult(data=await reading(ctx, work))


class ListTags(Params, frozen=True):
    """Which page."""

    limit: Limit = 100
    cursor: Cursor | None = None


async def list_tags(ctx: ToolContext, params: ListTags) -> ToolResult:
    """Count tags."""
    place = max(position_of(ctx, params.cursor, int) or 0, 0)

    def work(vault: Vault) -> Tags:
        counts, is_complete = _counted(vault)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        page = ranked[place : place + params.limit]
        has_more = place + len(page) < len(ranked) and bool(page)
        return Tags(
            tags=[{"tag": tag, "notes": count} for tag, count in page],
            complete=is_complete,
            next_cursor=cursor_of(ctx, place + params.limit) if has_more else None,
        )

    return ToolResult(data=await reading(ctx, work))


def _counted(vault: Vault) -> tuple[Counter[str], bool]:
    ends = time.monotonic() + SEARCH_S
    counts: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for note in vault.notes():
        held = {tag.casefold(): tag for tag in finding.tags_of(note.text)}
        for folded, tag in held.items():
            counts[spelling.setdefault(folded, tag)] += 1
        if time.monotonic() > ends:
            return counts, False
    return counts, True


class GetBacklinks(Params, frozen=True):
    """To which file."""

    path: NotePath
    limit: Limit = 50
    cursor: Cursor | None = None


async def get_backlinks(ctx: ToolContext, params: GetBacklinks) -> ToolResult:
    """Find what links to a file."""
    parts = paths.file(params.path)
    place = max(position_of(ctx, params.cursor, int) or 0, 0)

    def work(vault: Vault) -> Backlinks:
        entry = vault.entry(parts)
        if entry is None:
            raise NotFound(f"There is no '{shown(parts)}' in the vault; list the notes or search for it.")
        found = _leading_to(vault, shown(entry.parts))
        page = found[place : place + params.limit]
        has_more = place + len(page) < len(found) and bool(page)
        return Backlinks(
            path=shown(entry.parts),
            backlinks=page,
            next_cursor=cursor_of(ctx, place + params.limit) if has_more else None,
        )

    return ToolResult(data=await reading(ctx, work))


def _leading_to(vault: Vault, path: str) -> list[dict[str, Any]]:
    files = links.Files(shown(entry.parts) for entry in vault.entries())
    found = []
    for parts, text, held in linking_files(vault, tuple(path.split("/"))):
        source = shown(parts)
        for link in sorted(held, key=lambda each: each.start) if source != path else ():
            if files.resolve(link, source) == path:
                start = text.rfind("\n", 0, link.start) + 1
                line = text[max(start, link.start - 80) : link.end + 80].partition("\n")[0]
                found.append(
                    {
                        "path": source,
                        "line": markdown.line_of(text, link.start),
                        "text": third_party.shown(line.strip(), SNIPPET_CHARS),
                        "embed": link.is_embed,
                    }
                )
    return found


TOOLS = (
    Tool(
        name="obsidian_search",
        title="Search Obsidian notes",
        description="Find notes by words, a regular expression, a property or a tag, in the whole vault "
        "or a folder; each with the lines that match. It stops after 3 seconds: "
        "complete=false then, and next_cursor goes on. Read one with obsidian_get_note.",
        params=Search,
        output=Hits,
        handler=search,
        hints=READ,
        core=True,
        redact=frozenset({"query"}),
        example={"query": "budget", "mode": "text"},
    ),
    Tool(
        name="obsidian_list_tags",
        title="List Obsidian tags",
        description="List the tags of the vault, in properties and in text, with the number of notes that "
        "have each, most used first. Find the notes of one with obsidian_search mode=tag.",
        params=ListTags,
        output=Tags,
        handler=list_tags,
        hints=READ,
        example={"limit": 50},
    ),
    Tool(
        name="obsidian_get_backlinks",
        title="List Obsidian backlinks",
        description="List the links in other notes and canvases that lead to a note or attachment, each "
        "with its line. Use it before you delete something, or to see what belongs together. What a note "
        "links to: obsidian_get_note.",
        params=GetBacklinks,
        output=Backlinks,
        handler=get_backlinks,
        hints=READ,
        example={"path": "Projects/Plan.md"},
    ),
)
