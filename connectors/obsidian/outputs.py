"""What the tools hand back. Whatever stands in notes may come from third parties."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.conversations import NOTICE
from connectors.kit.tool import Output

Version = Annotated[str, Meta(description="Names exactly this content; pass as if_match.")]
Notice = Annotated[str, Meta(description="How to treat what notes say.")]


class NoteFile(Output, frozen=True, kw_only=True):
    """A file of the vault."""

    path: str
    bytes: int
    modified_at: str


class Listing(Output, frozen=True, kw_only=True):
    """A page of files."""

    files: list[NoteFile]
    folders: Annotated[list[str], Meta(description="Folders directly in the one asked for.")] | None = None
    next_cursor: str | None = None


class NoteRead(Output, frozen=True, kw_only=True):
    """A note, or the part that was asked for."""

    path: str
    version: Version
    bytes: int
    modified_at: str
    content: Annotated[str, Meta(description="Exact text, to edit by obsidian_replace_text.")] | None = None
    next_offset: Annotated[int, Meta(description="Where the text goes on; pass as offset.")] | None = None
    properties: dict[str, Any] | None = None
    aliases: list[str] | None = None
    tags: list[str] | None = None
    links: Annotated[list[str], Meta(description="Files it links to.")] | None = None
    unresolved: Annotated[list[str], Meta(description="Links that lead nowhere.")] | None = None
    headings: Annotated[list[dict[str, Any]], Meta(description="Each: level, title, line.")] | None = None
    blocks: Annotated[list[str], Meta(description="Ids of blocks, ^id.")] | None = None
    untrusted: bool = True
    notice: Notice = NOTICE


class Hit(Output, frozen=True, kw_only=True):
    """A note that was found."""

    path: str
    modified_at: str
    matches: Annotated[list[dict[str, Any]], Meta(description="The first lines that match: line, text.")]


class Hits(Output, frozen=True, kw_only=True):
    """A page of notes that were found."""

    notes: list[Hit]
    complete: Annotated[bool, Meta(description="False where time ran out: go on with next_cursor.")]
    untrusted: bool = True
    notice: Notice = NOTICE
    next_cursor: str | None = None


class Tags(Output, frozen=True, kw_only=True):
    """The tags of a vault."""

    tags: Annotated[list[dict[str, Any]], Meta(description="tag (without #) and notes that have it.")]
    complete: bool
    next_cursor: str | None = None


class Backlinks(Output, frozen=True, kw_only=True):
    """What links to a file."""

    path: str
    backlinks: Annotated[list[dict[str, Any]], Meta(description="path, line, text, embed.")]
    untrusted: bool = True
    notice: Notice = NOTICE
    next_cursor: str | None = None


class Written(Output, frozen=True, kw_only=True):
    """A note as it is now."""

    path: str
    version: Version
    bytes: int
    created: Annotated[bool, Meta(description="Whether it is new.")] = False
    replacements: int | None = None


class Tagged(Written, frozen=True, kw_only=True):
    """A note whose tags were changed."""

    tags: Annotated[list[str], Meta(description="The tags among its properties.")]
    inline: Annotated[list[str], Meta(description="Tags that stand in its text; these were not touched.")]


class Moved(Output, frozen=True, kw_only=True):
    """A file at its new place."""

    path: str
    moved_from: str
    links_updated: int
    files_updated: Annotated[list[str], Meta(description="The first 100 files in which links were changed.")]


class Deleted(Output, frozen=True, kw_only=True):
    """A file that is gone."""

    path: str
    trashed_to: Annotated[str, Meta(description="Where it can be moved back from, for 30 days.")] | None = (
        None
    )
