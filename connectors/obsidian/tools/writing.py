"""Whole notes: written, added to, moved, deleted."""

from typing import Annotated

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import CREATE, DELETE, UPDATE, Params, Tool, ToolResult
from connectors.obsidian import moving, paths, sections
from connectors.obsidian.change import Change
from connectors.obsidian.limits import PATH_CHARS
from connectors.obsidian.outputs import Deleted, Moved, Written
from connectors.obsidian.paths import TRASH, extension, shown
from connectors.obsidian.tools.common import Content, IfMatch, NotePath, place_for, put, require_version
from connectors.obsidian.vault import Vault, changing
from hermes.core.errors import Conflict, InvalidArgument, NotFound

SHOWN = 100


class WriteNote(Params, frozen=True):
    """A note's content."""

    path: NotePath
    content: Content
    overwrite: Annotated[bool, Meta(description="Replace the note if there is one.")] = False
    if_match: IfMatch | None = None


async def write_note(ctx: ToolContext, params: WriteNote) -> ToolResult:
    """Write a note."""
    parts = paths.note(params.path, new=True)

    def work(vault: Vault, change: Change) -> Written:
        place = place_for(vault, parts)
        there = vault.note(place) if vault.entry(place) else None
        if there is not None and not params.overwrite and params.if_match is None:
            raise Conflict(
                f"There is a note '{there.path}'. Add to it with obsidian_append, or pass overwrite=true "
                "or the if_match of what you read.",
                details={"argument": "path", "version": there.version},
            )
        if there is None and params.if_match is not None:
            raise NotFound(f"There is no '{shown(place)}' any more; leave if_match out to write it anew.")
        if there is not None:
            require_version(there, params.if_match)
        return put(change, place, params.content, created=there is None)

    return ToolResult(data=await changing(ctx, work))


class Append(Params, frozen=True):
    """What to add."""

    path: NotePath
    content: Content
    section: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=300,
                description="Heading whose section gets it, `Plan::Next` if nested; left out: the note's "
                "end.",
            ),
        ]
        | None
    ) = None


async def append(ctx: ToolContext, params: Append) -> ToolResult:
    """Add to a note."""
    parts = paths.note(params.path)

    def work(vault: Vault, change: Change) -> Written:
        place = place_for(vault, parts)
        if vault.entry(place) is None:
            if params.section is not None:
                raise NotFound(f"There is no '{shown(place)}'; leave 'section' out to begin it.")
            return put(change, paths.note(shown(place), new=True), params.content, created=True)
        text = vault.note(place).text
        if params.section is None:
            return put(change, place, sections.appended(text, params.content))
        return put(change, place, sections.patched_heading(text, params.section, "append", params.content))

    return ToolResult(data=await changing(ctx, work))


class MoveNote(Params, frozen=True):
    """From where to where."""

    path: NotePath
    to: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=PATH_CHARS,
            description="New path, e.g. Archive/Plan.md; ending in / it is a folder and the name stays.",
        ),
    ]
    update_links: Annotated[bool, Meta(description="Change links so that they still lead there.")] = True


async def move_note(ctx: ToolContext, params: MoveNote) -> ToolResult:
    """Move or rename a file."""
    old = paths.file(params.path, trash=True)
    to = params.to + old[-1] if params.to.endswith("/") else params.to
    new = paths.file(to, argument="to", new=True)
    if extension(old) != extension(new):
        raise InvalidArgument(
            "A move keeps the kind of file; give the same ending.", details={"argument": "to"}
        )

    def work(vault: Vault, change: Change) -> Moved:
        entry = vault.entry(old)
        if entry is None:
            raise NotFound(f"There is no '{shown(old)}' in the vault; list the notes or search for it.")
        place = vault.spelled(new)
        there = vault.entry(place)
        if there is not None and there.parts != entry.parts:
            raise Conflict(
                f"There is a '{shown(there.parts)}' already; choose another path.", details={"argument": "to"}
            )
        if there is not None:  # only its spelling changes
            place = (*place[:-1], new[-1])
        counts = moving.move(vault, change, entry.parts, place, update_links=params.update_links)
        return Moved(
            path=shown(place),
            moved_from=shown(entry.parts),
            links_updated=sum(counts.values()),
            files_updated=sorted(counts)[:SHOWN],
        )

    return ToolResult(data=await changing(ctx, work))


class DeleteNote(Params, frozen=True):
    """Which file."""

    path: NotePath
    trash: Annotated[bool, Meta(description="Into .trash, for 30 days; false: gone for good.")] = True


async def delete_note(ctx: ToolContext, params: DeleteNote) -> ToolResult:
    """Delete a file."""
    parts = paths.file(params.path, trash=True)
    if parts[0] == TRASH and params.trash:
        raise InvalidArgument(
            "It is in the trash already; pass trash=false to delete it for good.",
            details={"argument": "trash"},
        )

    def work(vault: Vault, change: Change) -> Deleted:
        entry = vault.entry(parts)
        if entry is None:
            raise NotFound(f"There is no '{shown(parts)}' in the vault; list the notes or search for it.")
        if params.trash:
            return Deleted(path=shown(entry.parts), trashed_to=shown(change.trash(entry.parts)))
        change.remove(entry.parts)
        return Deleted(path=shown(entry.parts))

    return ToolResult(data=await changing(ctx, work))


TOOLS = (
    Tool(
        name="obsidian_write_note",
        title="Write Obsidian note",
        description="Write a whole note, making its folders. A note that exists is only replaced with "
        "overwrite=true or the if_match of the version you read. To change a part use "
        "obsidian_patch or obsidian_replace_text, to add use obsidian_append.",
        params=WriteNote,
        output=Written,
        handler=write_note,
        hints=DELETE,
        core=True,
        redact=frozenset({"content"}),
        example={"path": "Inbox/Idea.md", "content": "# Idea\n\nA calmer start page.\n"},
    ),
    Tool(
        name="obsidian_append",
        title="Add to Obsidian note",
        description="Add text on a new line at the end of a note, or of one heading's section, for logs, "
        "lists and daily notes. The note is made if there is none. Nothing that is there "
        "changes. Elsewhere: obsidian_patch.",
        params=Append,
        output=Written,
        handler=append,
        hints=CREATE,
        core=True,
        redact=frozenset({"content"}),
        example={"path": "Inbox/Log.md", "content": "- called Ada"},
    ),
    Tool(
        name="obsidian_move_note",
        title="Move Obsidian note",
        description="Rename or move a note or attachment, also out of .trash. Links, embeds and canvas cards "
        "everywhere are rewritten so that they lead to it as before, headings, blocks and shown texts "
        "kept. To delete use obsidian_delete_note.",
        params=MoveNote,
        output=Moved,
        handler=move_note,
        hints=UPDATE,
        example={"path": "Projects/Plan.md", "to": "Archive/Plan 2026.md"},
    ),
    Tool(
        name="obsidian_delete_note",
        title="Delete Obsidian note",
        description="Delete a note or attachment: into the trash, from which obsidian_move_note brings it "
        "back for 30 days, or for good with trash=false. Links to it stay and lead nowhere; "
        "obsidian_get_backlinks lists them.",
        params=DeleteNote,
        output=Deleted,
        handler=delete_note,
        hints=DELETE,
        example={"path": "Projects/Old.md"},
    ),
)
