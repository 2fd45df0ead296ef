"""What a letter says: a plain text from a template, and the same as a page.

Names that people chose stand in letters to others, so nothing in them becomes a link, neither here nor where
a mail program looks for addresses in text: only Hermes' own links lead anywhere.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

LIMIT_VALUE = 200
LIMIT_SUBJECT = 150
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+", re.ASCII)
_DOT_OF_A_HOST = re.compile(r"(?<=\w)\.(?=[^\W\d])")
_ONE_DOT_LEADER = "\u2024"  # looks like a full stop, and no mail program sees a host in it


class Written(NamedTuple):
    """A letter's two parts."""

    subject: str
    text: str


class Block(NamedTuple):
    """A paragraph of the page; where it leads somewhere, `label` is its button."""

    html: SafeString
    label: str = ""
    link: str = ""


def write(name: str, told: Mapping[str, object], **paths: str) -> Written:
    """`letters/<name>.txt`, whose first line is the subject. `told` are values, `paths` places at Hermes."""
    values = {key: inert(value) if isinstance(value, str) else value for key, value in told.items()}
    links = {key: f"{settings.PUBLIC_URL}{path}" for key, path in paths.items()}
    subject, _, text = render_to_string(f"letters/{name}.txt", {**values, **links}).strip().partition("\n")
    return Written(header(subject), text.strip())


def inert(value: str) -> str:
    """A text that others chose, on one line, cut, with nothing that a mail program makes a link of."""
    visible = "".join(" " if unicodedata.category(c) in _HIDDEN else c for c in value)
    line = " ".join(visible.split())[:LIMIT_VALUE]
    if _ADDRESS.fullmatch(line):
        return line
    return _DOT_OF_A_HOST.sub(_ONE_DOT_LEADER, line.replace("://", ": //"))


def header(subject: str) -> str:
    """A subject as one line; nothing in it passes for an encoded word, in which line ends can hide."""
    line = "".join(" " if unicodedata.category(c) in _HIDDEN else c for c in subject)
    return " ".join(line.replace("=?", "= ?").split())[:LIMIT_SUBJECT]


def page(subject: str, text: str) -> str:
    """The text as a page for mail programs that show one."""
    blocks = [_block(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    told = {"subject": subject, "blocks": blocks, "public_url": settings.PUBLIC_URL}
    return render_to_string("letters/page.html", told)


def _block(part: str) -> Block:
    own = re.escape(settings.PUBLIC_URL)
    if lead := re.fullmatch(rf"([^\n]{{1,60}}):\n({own}/\S*)", part):
        return Block(SafeString(""), lead[1], lead[2])
    lines = format_html_join(SafeString("<br>"), "{}", ((_linked(line, own),) for line in part.split("\n")))
    return Block(lines)


def _linked(line: str, own: str) -> SafeString:
    pieces = re.split(rf"({own}/\S*)", line)
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<a href="{}" style="color:#0e5a67">{}</a>', piece, piece) if at % 2 else piece,)
            for at, piece in enumerate(pieces)
        ),
    )
