"""The parts of a message as the server describes them (BODYSTRUCTURE, RFC 9051, 7.5.2)."""

import base64
import binascii
import quopri
from collections.abc import Iterator, Sequence
from email.utils import collapse_rfc2231_value, decode_params, unquote
from typing import Any, NamedTuple

from connectors.email.plain import decode, made_plain

LIMIT_DEPTH = 20
LIMIT_PARTS = 200
LIMIT_NAME_CHARS = 200


class Part(NamedTuple):
    """One part that is not itself made of parts; `number` fetches it, `size` is in bytes as stored."""

    number: str
    mime_type: str
    charset: str
    encoding: str
    size: int
    name: str
    is_attached: bool

    @property
    def is_text(self) -> bool:
        """Whether it can be the text of the message."""
        return self.mime_type in ("text/plain", "text/html") and not self.is_attached

    @property
    def content_size(self) -> int:
        """About how many bytes the file has once decoded."""
        return self.size * 3 // 4 if self.encoding == "base64" else self.size

    def decoded(self, content: bytes) -> bytes:
        """The file in what was fetched, which may be cut off anywhere."""
        try:
            if self.encoding == "base64":
                packed = b"".join(content.split())
                return base64.b64decode(packed[: len(packed) // 4 * 4])
            if self.encoding == "quoted-printable":
                return quopri.decodestring(content)
        except (ValueError, binascii.Error):
            return content
        return content

    def text(self, content: bytes) -> str:
        """The text in what was fetched."""
        raw = self.decoded(content)
        try:
            return raw.decode(self.charset or "utf-8", "replace")
        except LookupError:
            return raw.decode("latin-1")


def parts_of(structure: Any) -> list[Part]:
    """All parts, in order; of what is nested or numerous beyond reason, the first."""
    found: list[Part] = []
    for part in _parts(structure, "", 0):
        found.append(part)
        if len(found) == LIMIT_PARTS:
            break
    return found


def attachments(parts: Sequence[Part]) -> list[Part]:
    """Everything that is not the message's own text."""
    return [p for p in parts if not p.is_text]


def _parts(node: Any, number: str, depth: int) -> Iterator[Part]:
    if not isinstance(node, tuple) or not node or depth > LIMIT_DEPTH:
        return
    if isinstance(node[0], list):
        for position, child in enumerate(node[0], 1):
            yield from _parts(child, f"{number}.{position}" if number else str(position), depth + 1)
    elif len(node) >= 7:
        yield _part(node, number or "1")


def _part(node: Sequence[Any], number: str) -> Part:
    mime_type = f"{_word(node[0])}/{_word(node[1])}"
    params = _params(node[2])
    # After the size come the lines of a text, or envelope, structure and lines of a message.
    extra = 10 if mime_type == "message/rfc822" else 8 if mime_type.startswith("text/") else 7
    told = node[extra + 1] if len(node) > extra + 1 else None
    disposition, more = "", {}
    if isinstance(told, tuple) and len(told) == 2:
        disposition, more = _word(told[0]), _params(told[1])
    name = made_plain(more.get("filename") or params.get("name") or "")[:LIMIT_NAME_CHARS]
    return Part(
        number=number,
        mime_type=mime_type,
        charset=params.get("charset", ""),
        encoding=_word(node[5]),
        size=node[6] if isinstance(node[6], int) else 0,
        name=name or (f"part-{number}" if not mime_type.startswith("text/") or disposition else ""),
        is_attached=disposition == "attachment" or (bool(name) and disposition != "inline"),
    )


def _params(told: Any) -> dict[str, str]:
    if not isinstance(told, tuple):
        return {}
    pairs = list(zip(map(_string, told[::2]), map(_string, told[1::2]), strict=False))
    try:
        decoded = decode_params([("", ""), *pairs])[1:]
        return {name.lower(): decode(_collapsed(value)) for name, value in decoded}
    except (ValueError, LookupError, TypeError):
        return {name.lower(): decode(value) for name, value in pairs}


def _collapsed(value: Any) -> str:
    collapsed = collapse_rfc2231_value(value)
    return unquote(collapsed) if isinstance(value, tuple) else collapsed


def _string(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _word(value: Any) -> str:
    return _string(value).lower()
