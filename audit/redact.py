"""A call's arguments as the audit trail keeps them: at most 2 KB of JSON, texts and secrets left out."""

import dataclasses
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from hermes.core.redaction import MASK, cut, is_secret_name, redact_text
from hermes.core.subkeys import subkey

LIMIT_BYTES = 2048
_LIMIT_DEPTH = 5
_LIMIT_NAME_CHARS = 64
# Characters of a text and members of a list or object that are kept; the first that fits is used.
_ROOM = ((400, 24), (100, 12), (24, 6))


def redact(arguments: Mapping[str, Any], kept_out: Collection[str]) -> str:
    """JSON of `arguments`.

    What an argument in `kept_out` holds, at any depth, becomes its length and a keyed digest, which tells
    whether two texts are the same and nothing else. Names like `access_token` and texts that look like a
    secret are masked. Long texts and lists are cut.
    """
    for chars, members in _ROOM:
        shown = _Cutter(kept_out, chars, members).shown(arguments, _LIMIT_DEPTH)
        encoded = msgspec.json.encode(shown)
        if len(encoded) <= LIMIT_BYTES:
            return encoded.decode()
    return msgspec.json.encode({"…": f"{len(arguments)} arguments, too large to keep"}).decode()


@dataclasses.dataclass(frozen=True, slots=True)
class _Cutter:
    kept_out: Collection[str]
    chars: int
    members: int

    def shown(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.named(value, depth) if depth else "…"
        if isinstance(value, list | tuple):
            return self.items(value, depth) if depth else "…"
        is_plain = (
            value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < 1 << 63)
        )
        return value if is_plain else f"<{type(value).__name__}>"

    def items(self, value: Sequence[Any], depth: int) -> list[Any]:
        kept = [self.shown(item, depth - 1) for item in value[: self.members]]
        return kept if len(value) <= self.members else [*kept, f"… {len(value)} in all"]

    def named(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, item in value.items():
            if len(kept) == self.members:
                kept["…"] = f"{len(value)} in all"
                break
            kept[cut(self.text(str(name)), _LIMIT_NAME_CHARS)] = self.member(str(name), item, depth)
        return kept

    def member(self, name: str, item: Any, depth: int) -> Any:
        if item is None:
            return None
        if name in self.kept_out:
            return _fingerprint(item)
        if is_secret_name(name):
            return MASK
        return self.shown(item, depth - 1)

    def text(self, text: str) -> str:
        # A lone surrogate may come in by JSON's \\u escapes and no database stores it.
        return cut(redact_text(text), self.chars).encode("utf-8", "replace").decode()


def _fingerprint(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        told, size = value.encode("utf-8", "surrogatepass"), len(value)
    else:
        told = repr(value).encode("utf-8", "surrogatepass")
        size = len(value) if hasattr(value, "__len__") else 1
    digest = hmac.new(subkey("audit-digest"), told, hashlib.sha256).hexdigest()[:16]
    return {"length": size, "digest": digest}
