"""Moving a file: whatever led somewhere before leads there after, in every note and canvas."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from connectors.obsidian import links
from connectors.obsidian.change import Change
from connectors.obsidian.limits import NOTE, NOTE_BYTES
from connectors.obsidian.links import Files, Link
from connectors.obsidian.paths import TRASH, Parts, extension, key, shown
from connectors.obsidian.vault import Vault
from hermes.core.errors import NotFound, TooLarge

LINKING = {"md": links.of_note, "canvas": links.of_canvas}


def move(vault: Vault, change: Change, old: Parts, new: Parts, *, update_links: bool) -> dict[str, int]:
    """Collect a move and the links it changes; answers how many in each file (by its new path).

    A link is rewritten only if it would lead elsewhere, also where the move hides or uncovers another file
    of the same name.
    """
    change.move(old, new)
    if not update_links:
        return {}
    every = [shown(e.parts) for e in vault.entries()]
    # What comes out of the trash is as if it had never been there: what led to it leads to it again.
    origin = shown(old[1:] if old[0] == TRASH else old)
    moved = {origin: shown(new)} if old[0] != TRASH or origin not in every else {}
    before = Files({*every, *moved})
    after = Files({*(moved.get(path, path) for path in every), shown(new)})
    counts: dict[str, int] = {}
    for parts, text, found in linking_files(vault, old, new, also=old):
        source = origin if parts == old else shown(parts)
        target = shown(new) if parts == old else source
        edits = list(_edits(found, (source, target), before, after, moved))
        if edits:
            changed = apply(text, edits).encode()
            if extension(parts) == NOTE and len(changed) > NOTE_BYTES:
                raise TooLarge(f"'{source}' would be too large with its links updated; shorten it first.")
            change.write(tuple(target.split("/")), changed)
            counts[target] = len(edits)
    return counts


def linking_files(
    vault: Vault, *named: Parts, also: Parts | None = None
) -> Iterator[tuple[Parts, str, list[Link]]]:
    """The notes that mention one of these files by name, and every canvas, with text and links.

    `also` is looked at in any case.
    """
    names = {key(parts[-1].removesuffix(f".{NOTE}")) for parts in named}
    seen = [e.parts for e in vault.entries()]
    for parts in seen if also is None or also in seen else [*seen, also]:
        reader = LINKING.get(extension(parts))
        if reader is None:
            continue
        try:
            text = vault.note(parts).data.decode()
        except (UnicodeDecodeError, TooLarge, NotFound):
            continue
        if parts == also or extension(parts) != NOTE or _mentions(text, names):
            yield parts, text, list(reader(text))


def _mentions(text: str, names: set[str]) -> bool:
    folded = key(unquote(text) if "%" in text else text)
    return any(name in folded for name in names)


def _edits(
    found: Iterable[Link], place: tuple[str, str], before: Files, after: Files, moved: Mapping[str, str]
) -> Iterator[tuple[Link, str]]:
    source, new_source = place
    for link in found:
        led = before.resolve(link, source)
        if led is None or not link.target:
            continue
        wanted = moved.get(led, led)
        if after.resolve(link, new_source) != wanted:
            yield link, link.written(after.target_for(link, wanted, new_source))


def apply(text: str, edits: Iterable[tuple[Link, str]]) -> str:
    """The text with each link's span replaced."""
    out, place = [], 0
    for link, written in sorted(edits, key=lambda edit: edit[0].start):
        if link.start < place:
            continue
        out += [text[place : link.start], written]
        place = link.end
    return "".join((*out, text[place:]))
