"""Searching a vault: note after note in order, for a bounded time, to be gone on with by a cursor."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

from connectors.obsidian import markdown, properties
from connectors.obsidian.limits import SEARCH_S, SNIPPET_CHARS, SNIPPETS
from connectors.obsidian.paths import Parts, key
from connectors.obsidian.patterns import Pattern
from connectors.obsidian.vault import Note, Vault
from hermes.core.errors import InvalidArgument
from hermes.core.third_party import shown

Mode = Literal["text", "regex", "property", "tag"]


@dataclasses.dataclass(frozen=True, slots=True)
class Snippet:
    """A line that matches."""

    line: int
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A page of notes that match; `at` is the last note looked at where there may be more."""

    notes: list[tuple[Note, list[Snippet]]]
    at: str | None
    is_out_of_time: bool


Matcher = Callable[[Note], list[Snippet] | None]


def search(vault: Vault, query: str, mode: Mode, under: Parts, *, limit: int, after: str | None) -> Found:
    """The next notes that match. Raises InvalidArgument for a pattern that is wrong or takes too long."""
    ends = time.monotonic() + SEARCH_S
    found: list[tuple[Note, list[Snippet]]] = []
    with _matcher(query, mode) as matches:
        for note in behind(vault.notes(under), after):
            snippets = matches(note)
            if snippets is not None:
                found.append((note, snippets))
            is_late = time.monotonic() > ends
            if len(found) == limit or is_late:
                return Found(found, note.path, is_late)
    return Found(found, None, False)


def behind(notes: Iterable[Note], after: str | None) -> Iterator[Note]:
    """The notes after a path, in the order in which a vault is walked."""
    place = order(tuple(after.split("/"))) if after is not None else None
    return (note for note in notes if place is None or order(note.parts) > place)


def order(parts: Parts) -> tuple[tuple[int, str, str], ...]:
    """Sorts as a vault is walked: files of a folder before its subfolders."""
    return (*((1, key(name), name) for name in parts[:-1]), (0, key(parts[-1]), parts[-1]))


@contextmanager
def _matcher(query: str, mode: Mode) -> Iterator[Matcher]:
    if mode == "regex":
        with Pattern(query, argument="query") as pattern:
            yield lambda note: _by_pattern(note, pattern)
        return
    made = {"text": _by_words, "property": _by_property, "tag": _by_tag}[mode](query)
    yield made


def _by_words(query: str) -> Matcher:
    words = query.casefold().split()

    def matches(note: Note) -> list[Snippet] | None:
        text = note.text
        folded, path = text.casefold(), note.path.casefold()
        if not all(word in folded or word in path for word in words):
            return None
        lines = (line for line in markdown.lines_of(text) if any(w in line.text.casefold() for w in words))
        return [_snippet(line.number, line.text) for line, _ in zip(lines, range(SNIPPETS), strict=False)]

    return matches


def _by_pattern(note: Note, pattern: Pattern) -> list[Snippet] | None:
    text = note.text
    spans = pattern.spans(text)
    if not spans:
        return None
    snippets = []
    for start, _ in spans[:SNIPPETS]:
        first = text.rfind("\n", 0, start) + 1
        line = text[max(first, start - 60) : start + SNIPPET_CHARS].partition("\n")[0]
        snippets.append(_snippet(markdown.line_of(text, start), line))
    return snippets


def _by_property(query: str) -> Matcher:
    name, equals, value = (part.strip() for part in query.replace(":", "=", 1).partition("="))
    if not name:
        raise InvalidArgument(
            "Give the property's name, or name=value, as query.", details={"argument": "query"}
        )

    def matches(note: Note) -> list[Snippet] | None:
        for known, held in properties.of_or_none(note.text).items():
            if known.casefold() != name.casefold():
                continue
            held_items = held if isinstance(held, list) else [held]
            if not equals or any(_told(item) == value.casefold() for item in held_items):
                return [_snippet(1, f"{known}: {', '.join(_told(item) for item in held_items)}")]
        return None

    return matches


def _told(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).casefold()


def _by_tag(query: str) -> Matcher:
    wanted = query.strip().removeprefix("#").strip("/").casefold()

    def matches(note: Note) -> list[Snippet] | None:
        held = [tag.casefold() for tag in tags_of(note.text)]
        fitting = sorted({tag for tag in held if tag == wanted or tag.startswith(f"{wanted}/")})
        return [_snippet(1, f"#{tag}") for tag in fitting[:SNIPPETS]] or None

    return matches


def tags_of(text: str) -> list[str]:
    """All tags of a note, from its properties and its text."""
    return [*properties.tags(properties.of_or_none(text)), *markdown.tags(text)]


def _snippet(line: int, text: str) -> Snippet:
    return Snippet(line, shown(text.strip(), SNIPPET_CHARS))
