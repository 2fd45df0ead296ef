"""Third-party text: how it is stored and how it is shown to an agent (R-56)."""

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

_KEPT = frozenset("\n\t\u200c\u200d\ufe0e\ufe0f")  # line ends, joiners of scripts and emoji
_ESCAPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_DEPTH = 8
_MEMBERS = 100
_KEY_CHARS = 100


def shown(text: str, limit: int) -> str:
    """`text` as an agent may read it: at most `limit` characters, nothing invisible or direction-changing.

    Control, format (bidi, zero width, tag) and private characters and variation selectors, which can
    hide instructions from people, are written as `\\u....`; a cut is marked by a final "…".
    """
    text = text.replace("\r\n", "\n")
    cut = text[: limit - 1] + "…" if len(text) > limit else text
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(_escaped(c) if _is_hidden(c) else c for c in cut)


def shown_data(value: Any, limit: int) -> Any:
    """`value` (JSON) with `shown` applied to every text and key; what is too deep or too long is cut."""
    return _each_text(value, lambda text: shown(text, limit), _DEPTH)


def storable(text: str, limit: int) -> str:
    """`text` cut to `limit` characters; lone surrogates, which no database takes, become "?"."""
    return text[:limit].encode("utf-8", "replace").decode()


def storable_data(value: Any, limit: int) -> Any:
    """`value` (JSON) with `storable` applied to every text and key, cut as `shown_data` cuts."""
    return _each_text(value, lambda text: storable(text, limit), _DEPTH)


def _each_text(value: Any, change: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, Mapping):
        members = list(value.items())[:_MEMBERS] if depth else []
        return {change(str(k)[:_KEY_CHARS]): _each_text(v, change, depth - 1) for k, v in members}
    if isinstance(value, list | tuple):
        return [_each_text(v, change, depth - 1) for v in value[:_MEMBERS]] if depth else []
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return change(str(value))


def _is_hidden(char: str) -> bool:
    if char in _KEPT:
        return False
    return (
        unicodedata.category(char) in _ESCAPED_CATEGORIES
        or "\ufe00" <= char <= "\ufe0f"
        or char >= "\U000e0000"
    )


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
