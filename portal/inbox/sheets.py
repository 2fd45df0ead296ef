"""A template as a sheet to be filled: a field for each gap, and the text with what is typed in it."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

from connectors.kit.texting import Gap, Template
from portal.inbox.forms import TemplateForm

PARTS = ("header", "body", "buttons")
LIMIT_GAPS = 40
LIMIT_VALUE = 2_048


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """Where the value of a gap is typed."""

    name: str
    gap: Gap
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; where `field` is set, what that one's value is shown in place of `text`."""

    text: str
    field: Field | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A template, its form and its fields; `is_open` where it was tried before."""

    template: Template
    form: TemplateForm
    fields: Sequence[Field]
    is_open: bool = False

    @property
    def header(self) -> list[Piece]:
        """The heading in pieces."""
        return self._pieces(self.template.header, "header")

    @property
    def body(self) -> list[Piece]:
        """The text in pieces."""
        return self._pieces(self.template.text, "body")

    def _pieces(self, text: str, part: str) -> list[Piece]:
        marked = {f.gap.mark: f for f in self.fields if f.gap.part == part and f.gap.mark}
        if not marked:
            return [Piece(text)]
        cut = re.split("(" + "|".join(map(re.escape, marked)) + ")", text)
        return [Piece(piece, marked.get(piece)) for piece in cut if piece]


def sheet(template: Template, tried: Mapping[str, str], key: str = "") -> Sheet:
    """The sheet of a template; where it was tried before, with what was typed and under this key."""
    is_open = (tried.get("name"), tried.get("language")) == (template.name, template.language)
    given = {"name": template.name, "language": template.language} | ({"key": key} if key and is_open else {})
    counts = dict.fromkeys(PARTS, 0)
    fields = []
    for gap in template.gaps:
        name = f"{gap.part}-{counts[gap.part]}"
        counts[gap.part] += 1
        fields.append(Field(name, gap, tried.get(name, "")[:LIMIT_VALUE] if is_open else ""))
    return Sheet(template, TemplateForm(initial=given, auto_id=False), fields, is_open)


def values(typed: Mapping[str, str]) -> dict[str, list[str]]:
    """The values that were typed, by part, in the order of the gaps."""
    found: dict[str, list[str]] = {}
    for part in PARTS:
        for number in range(LIMIT_GAPS):
            value = typed.get(f"{part}-{number}")
            if value is None:
                break
            found.setdefault(part, []).append(value.strip()[:LIMIT_VALUE])
    return found
