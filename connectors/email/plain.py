"""Text that goes into one line of a header or a command: no control characters, however they are written.

Python's e-mail and IMAP libraries pass such characters on (CVE-2024-6923, CVE-2026-1299; IMAPClient 4.1.0
sends a line break in a search text as the end of the command), so they are refused before any library.
"""

import binascii
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header

from hermes.core.errors import InvalidArgument

_DEPTH = 3


def is_plain(text: str) -> bool:
    """Whether a text is one line without control characters, encoded words (RFC 2047) decoded."""
    for _ in range(_DEPTH):
        if any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in text):
            return False
        if "=?" not in text:
            return True
        decoded = decode(text)
        if decoded == text:
            return True
        text = decoded
    return False


def plain(text: str, argument: str) -> str:
    """`text`, if it is plain. Raises InvalidArgument naming the argument."""
    if not is_plain(text):
        raise InvalidArgument(
            f"'{argument}' must be one line without control characters.", details={"argument": argument}
        )
    return text


def made_plain(text: str) -> str:
    """A third party's text as one plain line: what is not plain becomes a space."""
    for _ in range(_DEPTH):
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text)
        if is_plain(text):
            return " ".join(text.split())
        text = decode(text)
    return " ".join(text.replace("=?", "").split())


def decode(value: str) -> str:
    """A header's value with its encoded words decoded; what cannot be decoded stays as it is."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError, binascii.Error):
        return value
    return "".join(p if isinstance(p, str) else _text(p, c or "ascii") for p, c in parts)


def _text(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
