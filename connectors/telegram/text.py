"""Text with its formatting as Telegram counts it: entities over UTF-16 units (Bot API, MessageEntity)."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

# Where a long text is best cut, the best first; the cut is after the match.
_SEAMS = tuple(re.compile(seam) for seam in (r"\n\s*\n", r"\n", r"(?<=[.!?…])\s", r"\s"))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A formatted stretch; `more` are further members such as `url`."""

    type: str
    offset: int
    length: int
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.offset + self.length

    def told(self) -> dict[str, Any]:
        """As the API takes it."""
        return {"type": self.type, "offset": self.offset, "length": self.length, **self.more}


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """A text and its entities."""

    text: str
    entities: Sequence[Entity] = ()

    @property
    def units(self) -> int:
        """Its length as Telegram counts."""
        return units_of(self.text)

    def members(self, name: str = "text") -> dict[str, Any]:
        """The members of a request: `text` and `entities`, or `caption` and `caption_entities`."""
        listed = "entities" if name == "text" else f"{name}_entities"
        told = [entity.told() for entity in self.entities]
        return {name: self.text} | ({listed: told} if told else {})


def units_of(text: str) -> int:
    """UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(whole: Text, limit_units: int) -> list[Text]:
    """Parts of at most so many units that together are the whole; none of them is blank.

    Cut between paragraphs, else lines, sentences or words, outside of entities where that is possible; an
    entity that has to be cut goes on in the next part.
    """
    parts, rest = [], whole
    while rest.units > limit_units:
        first, rest = _cut(rest, _place(rest, limit_units))
        parts.append(first)
    return [part for part in (*parts, rest) if part.text.strip()]


def _place(text: Text, limit_units: int) -> int:
    """Where to cut: a number of characters whose units fit the limit, more than half of it where possible."""
    fits = _characters(text.text, limit_units)
    seams = [
        [found.end() for found in seam.finditer(text.text, fits // 2, fits) if found.end() < len(text.text)]
        for seam in _SEAMS
    ]
    for places in seams:
        for place in reversed(places):
            at = units_of(text.text[:place])
            if not any(entity.offset < at < entity.end for entity in text.entities):
                return place
    return next((places[-1] for places in seams if places), fits)


def _characters(text: str, limit_units: int) -> int:
    """How many characters fit."""
    fits, units = 0, 0
    for character in text:
        units += 2 if character > "\uffff" else 1
        if units > limit_units:
            break
        fits += 1
    return fits


def _cut(whole: Text, place: int) -> tuple[Text, Text]:
    at = units_of(whole.text[:place])
    before = [
        e if e.end <= at else dataclasses.replace(e, length=at - e.offset)
        for e in whole.entities
        if e.offset < at
    ]
    after = [
        dataclasses.replace(e, offset=max(e.offset - at, 0), length=e.end - max(e.offset, at))
        for e in whole.entities
        if e.end > at
    ]
    return Text(whole.text[:place], before), Text(whole.text[place:], after)
