"""The links X finds in a text: each is shortened, and billed.

The rules are those of X's text library (github.com/twitter/twitter-text): with http(s):// any domain is one,
without it only a domain of ASCII letters under a known top-level domain.
"""

import re
from collections.abc import Iterator
from pathlib import Path

LIMIT_LINK_CHARS = 4096
LIMIT_LABEL_CHARS = 63  # RFC 1035, of the encoded form
TOP_LEVEL = frozenset((Path(__file__).parent / "top_level_domains.txt").read_text(encoding="ascii").split())

_PATH_CHARS = r"A-Za-z0-9\u00c0-\u024f\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_LINK = re.compile(
    r"(?:(?<![A-Za-z0-9@\uff20$#\uff03])(?P<scheme>https?://)|(?<![A-Za-z0-9@\uff20$#\uff03._/-]))"
    r"(?P<host>(?:[\w-]{1,63}\.){1,40}(?:xn--[a-z0-9-]+|[a-z]{2,63}|[^\W\d_a-z]{2,63})(?![0-9A-Za-z@+-]))"
    r"(?P<rest>(?::[0-9]+)?"
    rf"(?:/(?:[{_PATH_CHARS}]|\([{_PATH_CHARS}]*\))*)?"
    r"(?:\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9_&=#/-])?)",
    re.IGNORECASE,
)
_BARE_HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)+", re.IGNORECASE
)
# What ends a sentence rather than an address.
_TRAILING = "!*';:,.$%[]~|?@("


def found(text: str) -> Iterator[tuple[int, int]]:
    """Where links stand in `text`, as (start, end)."""
    for match in _LINK.finditer(text):
        for start, host_end in _hosts(match):
            is_last = host_end == match.end("host")
            end = host_end + (len(match["rest"].rstrip(_TRAILING)) if is_last else 0)
            if end - start <= LIMIT_LINK_CHARS:
                yield start, end


def _hosts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Where links begin in what was found, and their hosts end: several, where there is no scheme."""
    if match["scheme"]:
        if _labels_fit(match["host"]):
            yield match.start(), match.end("host")
        return
    for part in _BARE_HOST.finditer(match.string, match.start("host"), match.end("host")):
        before = match.string[part.start() - 1] if part.start() else " "
        is_known = part[0].rpartition(".")[2].lower() in TOP_LEVEL
        if is_known and before not in "-_./" and _labels_fit(part[0]):
            yield part.span()


def _labels_fit(host: str) -> bool:
    *_, domain, _top = host.split(".")
    return "_" not in domain and all(_fits(label) for label in host.split("."))


def _fits(label: str) -> bool:
    encoded = len(label) if label.isascii() else len("xn--") + len(label.encode("punycode"))
    return encoded <= LIMIT_LABEL_CHARS and not label.startswith("-") and not label.endswith("-")
