"""Parts of notes: sections, blocks, properties, tags and any text."""

from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta

from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, UPDATE, Params, Tool, ToolResult
from connectors.obsidian import markdown, paths, properties, sections
from connectors.obsidian.change import Change
from connectors.obsidian.limits import CONTENT_CHARS, PROPERTY_CHARS, QUERY_CHARS, TAG_CHARS, TAGS
from connectors.obsidian.outputs import Tagged, Written
from connectors.obsidian.patterns import Pattern
from connectors.obsidian.tools.common import Content, IfMatch, NotePath, put, require_version
from connectors.obsidian.vault import Note, Vault, changing
from hermes.core.errors import Conflict, InvalidArgument, NotFound

_PATCHES = {
    "heading": sections.patched_heading,
    "block": sections.patched_block,
    "frontmatter": sections.patched_property,
}
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=PROPERTY_CHARS,
        pattern=r"^[^\s:#\[\]{}&*!|>'\"%@`,?-][^\r\n:]*$",
        description="Name of the property.",
    ),
]
Tag = Annotated[str, Meta(min_length=1, max_length=TAG_CHARS, description="A tag, with or without #.")]


class Patch(Params, frozen=True, kw_only=True):
    """Where, and what."""

    path: NotePath
    target_type: Annotated[
        Literal["heading", "block", "frontmatter"],
        Meta(
            description="heading: a section's text below its heading; block: a ^block; frontmatter: a "
            "property."
        ),
    ] = "heading"
    target: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            description="Heading (`Plan::Next` if nested), block id or property.",
        ),
    ]
    op: Annotated[
        Literal["append", "prepend", "replace"],
        Meta(description="After, before or instead of what is there."),
    ]
    content: Content
    if_match: IfMatch | None = None


async def patch(ctx: ToolContext, params: Patch) -> ToolResult:
    """Change a part of a note."""

    def edit(text: str) -> str:
        return _PATCHES[params.target_type](text, params.target, params.op, params.content)

    return await _edited(ctx, params.path, edit, if_match=params.if_match)


class ReplaceText(Params, frozen=True):
    """What to find, and what to put there."""

    path: NotePath
    search: Annotated[
        str,
        Meta(min_length=1, max_length=CONTENT_CHARS, description="Exact text; with regex a Python pattern."),
    ]
    replace: Annotated[
        str, Meta(max_length=CONTENT_CHARS, description=r"New text; with regex \1 is a group.")
    ]
    regex: Annotated[bool, Meta(description="Read `search` as a pattern; ^ and $ match at lines.")] = False
    all: Annotated[bool, Meta(description="Replace every occurrence; else there must be exactly one.")] = (
        False
    )
    if_match: IfMatch | None = None


async def replace_text(ctx: ToolContext, params: ReplaceText) -> ToolResult:
    """Replace text in a note."""
    if params.regex and len(params.search) > QUERY_CHARS:
        raise InvalidArgument(
            f"A pattern has at most {QUERY_CHARS} characters.", details={"argument": "search"}
        )
    parts = paths.note(params.path)

    def work(vault: Vault, change: Change) -> Written:
        note = vault.note(parts)
        require_version(note, params.if_match)
        text, count = _replaced(note, params)
        written = put(change, note.parts, text)
        return Written(path=written.path, version=written.version, bytes=written.bytes, replacements=count)

    return ToolResult(data=await changing(ctx, work))


def _replaced(note: Note, params: ReplaceText) -> tuple[str, int]:
    text = note.text
    if params.regex:
        with Pattern(params.search, argument="search", replace=params.replace) as pattern:
            changed, count = pattern.replaced(text)
    else:
        count = text.count(params.search)
        changed = text.replace(params.search, params.replace)
    if not count:
        raise NotFound(
            f"'{note.path}' does not hold that text; read it and copy the text exactly.",
            details={"argument": "search"},
        )
    if count > 1 and not params.all:
        raise Conflict(
            f"That text stands {count} times in '{note.path}'; take more of what is around it, or pass "
            "all=true.",
            details={"argument": "search", "count": count},
        )
    return changed, count


class SetFrontmatter(Params, frozen=True):
    """A property and its value."""

    path: NotePath
    key: Name
    value: (
        Annotated[
            Annotated[str, Meta(max_length=4_000)]
            | float
            | bool
            | Annotated[list[Annotated[str, Meta(max_length=1_000)]], Meta(max_length=200)],
            Meta(description="Text, number, true or false, or a list of texts; left out: it is removed."),
        ]
        | None
    ) = None
    if_match: IfMatch | None = None


async def set_frontmatter(ctx: ToolContext, params: SetFrontmatter) -> ToolResult:
    """Set or remove a property."""
    value = params.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return await _edited(
        ctx, params.path, lambda text: properties.changed(text, params.key, value), if_match=params.if_match
    )


class SetTags(Params, frozen=True):
    """Which tags."""

    path: NotePath
    add: Annotated[list[Tag], Meta(max_length=TAGS, description="Tags to add.")] = []
    remove: Annotated[list[Tag], Meta(max_length=TAGS, description="Tags to take away.")] = []


async def set_tags(ctx: ToolContext, params: SetTags) -> ToolResult:
    """Change a note's tags."""
    if not params.add and not params.remove:
        raise InvalidArgument("Give tags in 'add' or 'remove'.", details={"argument": "add"})
    added, removed = (
        _checked(given, name) for given, name in ((params.add, "add"), (params.remove, "remove"))
    )
    parts = paths.note(params.path)

    def work(vault: Vault, change: Change) -> Tagged:
        note = vault.note(parts)
        text = note.text
        held = properties.of(text)
        gone = {tag.casefold() for tag in removed}
        tags = {tag.casefold(): tag for tag in properties.tags(held) if tag.casefold() not in gone}
        for tag in added:
            tags.setdefault(tag.casefold(), tag)
        name = next((name for name in held if name.lower() in ("tags", "tag")), "tags")
        is_same = list(tags.values()) == properties.tags(held)
        written = put(
            change, note.parts, text if is_same else properties.changed(text, name, [*tags.values()] or None)
        )
        inline = sorted(set(markdown.tags(text)))
        return Tagged(
            path=written.path,
            version=written.version,
            bytes=written.bytes,
            tags=[*tags.values()],
            inline=inline,
        )

    return ToolResult(data=await changing(ctx, work))


def _checked(given: list[str], argument: str) -> list[str]:
    tags = [tag.strip().removeprefix("#") for tag in given]
    wrong = next((tag for tag in tags if not markdown.is_tag(tag)), None)
    if wrong is not None:
        raise InvalidArgument(
            f"'{argument}' holds what is no tag: letters, digits, _, - and /, with at least one letter, no "
            "spaces.",
            details={"argument": argument},
        )
    return tags


async def _edited(
    ctx: ToolContext, path: str, edit: Callable[[str], str], *, if_match: str | None
) -> ToolResult:
    parts = paths.note(path)

    def work(vault: Vault, change: Change) -> Written:
        note = vault.note(parts)
        require_version(note, if_match)
        return put(change, note.parts, edit(note.text))

    return ToolResult(data=await changing(ctx, work))


TOOLS = (
    Tool(
        name="obsidian_patch",
        title="Patch Obsidian note",
        description="Put text after, before or instead of one section, block or property of a note and "
        "leave the rest as it is. obsidian_get_note with format=map shows the targets. For "
        "any other place use obsidian_replace_text. Only that part changes.",
        params=Patch,
        output=Written,
        handler=patch,
        hints=SEND,
        redact=frozenset({"content"}),
        example={
            "path": "Projects/Plan.md",
            "target": "Next",
            "op": "append",
            "content": "- call the printer",
        },
    ),
    Tool(
        name="obsidian_replace_text",
        title="Replace text in Obsidian note",
        description="Replace a piece of text in one note, given exactly or as a regular expression. It "
        "must occur once unless all=true; nothing changes otherwise. For whole sections use obsidian_patch.",
        params=ReplaceText,
        output=Written,
        handler=replace_text,
        hints=SEND,
        redact=frozenset({"search", "replace"}),
        example={"path": "Projects/Plan.md", "search": "Friday", "replace": "Monday"},
    ),
    Tool(
        name="obsidian_set_frontmatter",
        title="Set Obsidian property",
        description="Set one property (frontmatter) of a note, or remove it by leaving out value. The other "
        "properties keep their order, comments and spelling. For tags use obsidian_set_tags.",
        params=SetFrontmatter,
        output=Written,
        handler=set_frontmatter,
        hints=UPDATE,
        redact=frozenset({"value"}),
        example={"path": "Projects/Plan.md", "key": "status", "value": "active"},
    ),
    Tool(
        name="obsidian_set_tags",
        title="Set Obsidian tags",
        description="Add tags to a note's properties or take them away. Tags in its text stay; the answer "
        "lists them, and obsidian_replace_text changes them.",
        params=SetTags,
        output=Tagged,
        handler=set_tags,
        hints=UPDATE,
        example={"path": "Projects/Plan.md", "add": ["client/acme"]},
    ),
)
