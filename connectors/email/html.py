"""HTML of third parties as text: what a person would see, and where its links lead."""

import re
from html.parser import HTMLParser

_SKIPPED = frozenset(("script", "style", "head", "template", "noscript", "object", "svg", "iframe", "title"))
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "div",
        "dl",
        "dt",
        "dd",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    )
)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_SHOWN_LINKS = ("http://", "https://", "mailto:", "tel:")
LIMIT_URL_CHARS = 500


def to_text(html: str) -> str:
    """The visible text; links as "text (address)", pictures by their description. Scripts, styles and what is
    hidden from the eye are left out.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_hidden = tag in _SKIPPED or "hidden" in given or bool(_HIDDEN.search(given.get("style", "")))
        if tag not in _VOID and (self._hidden or is_hidden):
            # Inside what is hidden, only its own kind of element is counted, so that stray ends do no harm.
            if not self._hidden or self._hidden[-1] == tag:
                self._hidden.append(tag)
            return
        if self._hidden or is_hidden:
            return
        if tag in _BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append("  ")
        elif tag == "img" and given.get("alt", "").strip():
            self.pieces.append(f"[image: {given['alt'].strip()}]")
        elif tag == "a":
            self._link = given.get("href", "").strip()[:LIMIT_URL_CHARS]

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if self._hidden[-1] == tag:
                self._hidden.pop()
            return
        if tag == "a" and self._link.lower().startswith(_SHOWN_LINKS):
            self.pieces.append(f" ({self._link})")
        if tag == "a":
            self._link = ""
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data.replace("\n", " "))
