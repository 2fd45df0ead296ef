"""A note's properties: YAML between `---` lines, read safely, changed one at a time.

What is not changed keeps its bytes: order, comments, quotes and indentation. Aliases, tags and deep or huge
structures are refused before anything is built, so that no small text grows into a large value.
"""

import contextlib
import datetime
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from connectors.obsidian import markdown
from connectors.obsidian.limits import PROPERTIES_BYTES, PROPERTIES_DEPTH, PROPERTIES_EVENTS
from hermes.core.errors import Conflict

_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_PLAIN_TAGS = frozenset({None, "tag:yaml.org,2002:str"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LIMIT_NUMBER = 2**53


class Unreadable(Conflict):
    """The properties are no YAML that Obsidian would read, or too large."""


def of(text: str) -> dict[str, Any]:
    """The properties of a note as JSON-ready data, {} where it has none. Raises Unreadable."""
    start, end, _ = markdown.split(text)
    return _loaded(text[start:end])


def of_or_none(text: str) -> dict[str, Any]:
    """As `of`; what cannot be read counts as none, for listings that go over all notes."""
    try:
        return of(text)
    except Unreadable:
        return {}


def changed(text: str, key: str, value: Any) -> str:
    """The note's text with one property set, or taken away where `value` is None.

    Raises Unreadable where the properties cannot be read.
    """
    start, end, body = markdown.split(text)
    newline = "\r\n" if "\r\n" in text[: body or 200] else "\n"
    block = text[start:end]
    _loaded(block)
    own = "" if value is None else _dumped(key, value).replace("\n", newline)
    if not body:
        begin = 1 if text.startswith("\ufeff") else 0
        head = f"---{newline}{own}---{newline}"
        return text[:begin] + head + text[begin:] if own else text
    new = _replaced(block, key, own, newline)
    if not new.strip():
        return text[: 1 if text.startswith("\ufeff") else 0] + text[body:]
    return _checked(text[:start] + new + text[end:])


def value_of(content: str) -> Any:
    """A property's value written as YAML: text, a number, true, a date, a list such as `[a, b]`.

    What is no YAML is text.
    """
    try:
        return _loaded(f"value: {content}").get("value") if "\n" not in content else content
    except Unreadable:
        return content


def tags(properties: Mapping[str, Any]) -> list[str]:
    """The tags among the properties, without `#`: a list, or text divided by commas or spaces."""
    found: list[str] = []
    for name, value in properties.items():
        if name.lower() in ("tags", "tag"):
            items = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
            found += [str(item).strip().removeprefix("#") for item in items if item not in (None, "")]
    return [tag for tag in found if markdown.is_tag(tag)]


def aliases(properties: Mapping[str, Any]) -> list[str]:
    """Other names of the note."""
    for name, value in properties.items():
        if name.lower() in ("aliases", "alias"):
            items = value if isinstance(value, list) else str(value or "").split(",")
            return [str(item).strip() for item in items if item not in (None, "")]
    return []


def _checked(text: str) -> str:
    of(text)
    return text


def _loaded(block: str) -> dict[str, Any]:
    if not block.strip():
        return {}
    _refuse_large(block)
    try:
        loaded = yaml.load(block, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError):
        raise _unreadable("are not valid YAML") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise _unreadable("are not a list of names and values")
    return {str(name): _plain(value) for name, value in loaded.items()}


def _refuse_large(block: str) -> None:
    if len(block.encode("utf-8", "surrogatepass")) > PROPERTIES_BYTES:
        raise _unreadable(f"are larger than {PROPERTIES_BYTES:,} bytes")
    depth = 0
    try:
        for count, event in enumerate(yaml.parse(block, Loader=yaml.CSafeLoader)):
            depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
            is_tagged = getattr(event, "tag", None) not in _PLAIN_TAGS
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or is_tagged:
                raise _unreadable("use YAML anchors, aliases or tags, which Obsidian does not take")
            if depth > PROPERTIES_DEPTH or count > PROPERTIES_EVENTS:
                raise _unreadable("are nested too deeply or too many")
    except (yaml.YAMLError, ValueError):
        raise _unreadable("are not valid YAML") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    is_exact = isinstance(value, bool | str | type(None))
    if not is_exact and isinstance(value, int | float):
        is_exact = math.isfinite(value) and abs(value) < LIMIT_NUMBER
    return value if is_exact else str(value)[:PROPERTIES_BYTES]


def _dumped(key: str, value: Any) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        with contextlib.suppress(ValueError):
            value = datetime.date.fromisoformat(value)  # Obsidian writes days without quotes
    text: str = yaml.dump(
        {key: value},
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=10**6,
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Writes lists as Obsidian does, indented below their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (two equal lists are two lists)
        return True


def _replaced(block: str, key: str, own: str, newline: str) -> str:
    root = yaml.compose(block, Loader=yaml.SafeLoader) if block.strip() else None
    if root is None:
        return block + own
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _unreadable("are written in one pair of braces; rewrite the note's head")
    starts = [name.start_mark.line for name, _ in root.value]
    lines = block.splitlines(keepends=True)
    names = [str(name.value) for name, _ in root.value]
    if key not in names:
        joint = "" if block.endswith("\n") else newline
        return block + (joint + own if own else "")
    at = names.index(key)
    first, last = starts[at], _last_line(lines, starts[at + 1] if at + 1 < len(starts) else len(lines))
    return "".join((*lines[:first], own, *lines[last:]))


def _last_line(lines: Sequence[str], end: int) -> int:
    """Comments and empty lines before the next name are that name's."""
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _unreadable(how: str) -> Unreadable:
    return Unreadable(f"The note's properties {how}; correct them with obsidian_replace_text.")
