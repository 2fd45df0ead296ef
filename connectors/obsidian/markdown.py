"""What a note is made of: properties, headings with their sections, blocks, tags.

Offsets are into the note's text. Code and comments are blanked out first, so that nothing in them counts;
every scan here is linear in the length of the note, whatever it holds.
"""

import dataclasses
import re
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_TICKS = re.compile(r"`+")
_HIDES = re.compile(r"`|~~~|%%")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_TRAILING = re.compile(r"[ \t]+#+[ \t]*\Z")
_BLOCK = re.compile(r"(?:^|[ \t])\^([A-Za-z0-9-]{1,100})[ \t]*\Z")
_LIST_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_TAG = re.compile(r"(?<!\S)#([^\s#!-,.:-@\[-^`{-~\u2000-\u206f\u3000-\u303f]{1,100})")
_WORDLESS = re.compile(r"[\d/_-]*\Z")


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """A heading; its section runs from `body` to `end`, subsections included."""

    level: int
    title: str
    line: int
    start: int
    body: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or list item with an id: `start` to `end` is its text, then the id to `stop`."""

    name: str
    line: int
    start: int
    end: int
    stop: int


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line without its end."""

    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.start + len(self.text)


def split(text: str) -> tuple[int, int, int]:
    """Where the properties' YAML begins and ends, and where the body begins; all 0 without properties."""
    begin = 1 if text.startswith("\ufeff") else 0
    lines = lines_of(text)
    first = next(lines, None)
    if first is None or first.text[begin:].rstrip() != "---":
        return 0, 0, 0
    start = None
    for line in lines:
        start = line.start if start is None else start
        if line.text.rstrip() in ("---", "..."):
            after = line.end + len(_line_end(text, line.end))
            return start, line.start, after
    return 0, 0, 0


def lines_of(text: str) -> Iterator[Line]:
    """The lines; only \\n and \\r\\n end one."""
    start, number = 0, 1
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        yield Line(number, start, line[:-1] if line.endswith("\r") else line)
        start, number = end + 1, number + 1


def _line_end(text: str, at: int) -> str:
    return "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]


def visible(text: str) -> str:
    """The text with properties, code and comments blanked out; as long as before, line by line."""
    _, _, body = split(text)
    out = [" " * body if "\n" not in text[:body] else re.sub(r"[^\n]", " ", text[:body])]
    if not _HIDES.search(text, body):
        return out[0] + text[body:]
    fence, is_comment, place = "", False, body
    for line in lines_of(text):
        if line.start < body:
            continue
        out.append(text[place : line.start])
        is_plain = not (fence or is_comment or _HIDES.search(line.text))
        mark = None if is_plain else _FENCE.match(line.text)
        if is_plain:
            shown = line.text
        elif fence:
            shown = " " * len(line.text)
            if mark and mark[1].startswith(fence) and not line.text[mark.end() :].strip():
                fence = ""
        elif mark and not (mark[1][0] == "`" and "`" in line.text[mark.end() :]):
            shown, fence = " " * len(line.text), mark[1]
        else:
            shown, is_comment = _without_comments(_without_code(line.text), is_comment)
        out.append(shown)
        place = line.end
    out.append(text[place:])
    return "".join(out)


def _without_code(line: str) -> str:
    runs = [(m.start(), m.end()) for m in _TICKS.finditer(line)]
    later: dict[int, int] = {}
    closing = [0] * len(runs)
    for i in range(len(runs) - 1, -1, -1):
        length = runs[i][1] - runs[i][0]
        closing[i] = later.get(length, 0)
        later[length] = i
    out, place, i = [], 0, 0
    while i < len(runs):
        if closing[i]:
            start, end = runs[i][0], runs[closing[i]][1]
            out += [line[place:start], " " * (end - start)]
            place, i = end, closing[i]
        i += 1
    return "".join((*out, line[place:]))


def _without_comments(line: str, is_comment: bool) -> tuple[str, bool]:
    parts = line.split("%%")
    out = []
    for i, part in enumerate(parts):
        out.append(" " * len(part) if is_comment else part)
        if i < len(parts) - 1:
            out.append("  ")
            is_comment = not is_comment
    return "".join(out), is_comment


def headings(text: str) -> list[Heading]:
    """The headings in order."""
    found: list[Heading] = []
    seen = visible(text)
    for line, raw in zip(lines_of(seen), lines_of(text), strict=True):
        if mark := _HEADING.match(line.text):
            title = _TRAILING.sub("", raw.text[mark.start(2) :]).strip()
            body = line.end + len(_line_end(text, raw.end))
            found.append(Heading(len(mark[1]), title, line.number, line.start, min(body, len(text)), 0))
    ends = [len(text)] * len(found)
    still_open: list[int] = []
    for i, each in enumerate(found):
        while still_open and found[still_open[-1]].level >= each.level:
            ends[still_open.pop()] = each.start
        still_open.append(i)
    return [dataclasses.replace(each, end=end) for each, end in zip(found, ends, strict=True)]


def blocks(text: str) -> list[Block]:
    """The blocks that have an id; an id alone on its line names the paragraph or list above it."""
    found: list[Block] = []
    above: tuple[int, int] | None = None  # the paragraph before this line
    item, is_open = 0, False  # where the current list item or paragraph begins; whether `above` goes on
    for line in lines_of(visible(text)):
        if not line.text.strip():
            is_open = False
            continue
        mark = _BLOCK.search(line.text)
        if mark is not None and not line.text[: mark.start()].strip():
            if above is not None:
                found.append(Block(mark[1], line.number, *above, line.end))
            above, is_open = None, False
            continue
        if not is_open or _LIST_ITEM.match(line.text) or _HEADING.match(line.text):
            item = line.start
        above = (above[0] if is_open and above else line.start, line.end)
        is_open = True
        if mark is not None:
            found.append(Block(mark[1], line.number, item, line.start + mark.start(), line.end))
            above, is_open = None, False
    return found


def tags(text: str) -> list[str]:
    """The inline tags in order, without `#`, as written."""
    found = (m[1].rstrip("/") for m in _TAG.finditer(visible(text)))
    return [tag for tag in found if is_tag(tag)]


def is_tag(name: str) -> bool:
    """Whether Obsidian takes this as a tag: at least one character that is no digit, none that ends one."""
    return bool(name) and not _WORDLESS.match(name) and _TAG.fullmatch(f"#{name}") is not None


def line_of(text: str, offset: int) -> int:
    """The number of the line an offset is in."""
    return text.count("\n", 0, offset) + 1
