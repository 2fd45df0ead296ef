"""Places in a note that an agent names: a heading's section, a block, a property."""

from typing import Literal

from connectors.obsidian import markdown, properties
from connectors.obsidian.markdown import Block, Heading
from hermes.core.errors import Conflict, InvalidArgument, NotFound

Op = Literal["append", "prepend", "replace"]
SEPARATOR = "::"
SHOWN = 30


def heading(text: str, target: str, *, argument: str) -> Heading:
    """The heading of this title, or the one under others as in `Projects::Next`.

    Raises NotFound, naming headings there are, and Conflict where several fit.
    """
    titles = [part.strip().lstrip("#").strip().casefold() for part in target.split(SEPARATOR)]
    every = markdown.headings(text)
    found = every
    for depth, title in enumerate(titles):
        above = found
        found = [
            h
            for h in every
            if h.title.casefold() == title
            and (not depth or any(a.start < h.start < a.end and a.level < h.level for a in above))
        ]
    if not found:
        known = [h.title for h in every[:SHOWN]]
        raise NotFound(
            f"The note has no heading '{target[:100]}'; read its map for those it has.",
            details={"argument": argument, "headings": known},
        )
    if len(found) > 1:
        lines = [h.line for h in found[:SHOWN]]
        raise Conflict(
            f"Several headings are called '{target[:100]}'; name the one above it too, as in "
            f"Above{SEPARATOR}Title.",
            details={"argument": argument, "lines": lines},
        )
    return found[0]


def block(text: str, target: str, *, argument: str) -> Block:
    """The block with this id, with or without `^`. Raises NotFound."""
    name = target.lstrip("#").removeprefix("^").casefold()
    found = next((b for b in markdown.blocks(text) if b.name.casefold() == name), None)
    if found is None:
        raise NotFound(
            f"The note has no block '^{name[:100]}'; read its map for those it has.",
            details={"argument": argument},
        )
    return found


def cut(text: str, target: str) -> str:
    """The section or block that `target` names, as text."""
    if target.startswith(("^", "#^")):
        found = block(text, target, argument="section")
        return text[found.start : found.end]
    section = heading(text, target, argument="section")
    return text[section.start : section.end]


def appended(text: str, content: str) -> str:
    """The text with content at its end, on a line of its own."""
    newline = newline_of(text)
    joint = "" if not text or text.endswith("\n") else newline
    return text + joint + _ended(content, newline)


def patched_heading(text: str, target: str, op: Op, content: str) -> str:
    """The text with a heading's section changed; the heading itself stays."""
    found = heading(text, target, argument="target")
    newline = newline_of(text)
    body, added = text[found.body : found.end], _ended(content, newline)
    if op == "replace":
        blank = newline if found.end < len(text) and not added.endswith(newline * 2) else ""
        new = added + blank
    elif op == "prepend":
        new = added + body
    else:
        kept = body.rstrip()
        tail = body[len(kept) :]
        after = tail[len(newline) :] if tail.startswith(newline) else tail
        new = (kept + newline if kept else "") + added + after
    head = text[: found.body]
    joint = "" if head.endswith("\n") else newline
    return head + joint + new + text[found.end :]


def patched_block(text: str, target: str, op: Op, content: str) -> str:
    """The text with a block changed; a replaced block keeps its id."""
    found = block(text, target, argument="target")
    newline, added = newline_of(text), content.strip("\r\n")
    if op == "replace":
        return text[: found.start] + added + text[found.end :]
    if op == "prepend":
        return text[: found.start] + added + newline + text[found.start :]
    return text[: found.stop] + newline + added + text[found.stop :]


def patched_property(text: str, target: str, op: Op, content: str) -> str:
    """The text with a property changed: replaced, or with items or text put before or after its value."""
    known = properties.of(text)
    old = known.get(target)
    if op == "replace" or old is None:
        return properties.changed(text, target, properties.value_of(content))
    if isinstance(old, list):
        more = properties.value_of(content)
        items = more if isinstance(more, list) else [more]
        return properties.changed(text, target, [*old, *items] if op == "append" else [*items, *old])
    if isinstance(old, str):
        return properties.changed(text, target, old + content if op == "append" else content + old)
    raise InvalidArgument(
        f"The property '{target[:60]}' is neither text nor a list; use op=replace.",
        details={"argument": "op"},
    )


def newline_of(text: str) -> str:
    """How the note ends its lines."""
    return "\r\n" if "\r\n" in text[:10_000] else "\n"


def _ended(content: str, newline: str) -> str:
    if newline == "\r\n":
        content = content.replace("\r\n", "\n").replace("\n", "\r\n")
    return content if not content or content.endswith("\n") else content + newline
