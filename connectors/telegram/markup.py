"""The ways a caller may write formatted text, read into entities before anything is sent."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Annotated, Literal, NoReturn

from msgspec import Meta

from connectors.telegram.markdown import read_markdown
from connectors.telegram.text import Entity, Text, units_of
from hermes.core.errors import InvalidArgument

Format = Annotated[
    Literal["plain", "html", "markdown_v2"],
    Meta(description="html: <b> <i> <u> <s> <code> <pre> <a href>; markdown_v2: Telegram's own."),
]
_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}


class _Open:
    """A tag that waits for its end."""

    def __init__(self, tag: str, offset: int, more: Mapping[str, str]) -> None:
        self.tag, self.offset, self.more = tag, offset, dict(more)
        self.type = "expandable_blockquote" if more.get("expandable") else _TYPES[tag]
        self.more.pop("expandable", None)


class _Html(HTMLParser):
    """Telegram's HTML (Bot API, formatting options); raises ValueError with what is wrong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.units = "", 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TYPES:
            raise ValueError(f"Telegram's HTML has no <{tag[:20]}>; write '<' as &lt;.")
        given = {name: value or "" for name, value in attrs}
        self.open.append(_Open(tag, self.units, _members(tag, given)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (the base's)
        raise ValueError(f"Telegram's HTML has no <{tag[:20]}/>.")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            raise ValueError(f"</{tag[:20]}> ends nothing that is open; close tags in their order.")
        ended = self.open.pop()
        is_language = tag == "code" and self.open and self.open[-1].tag == "pre" and "language" in ended.more
        if is_language:
            self.open[-1].more |= ended.more
        elif self.units > ended.offset:
            more = {k: v for k, v in ended.more.items() if k != "language" or ended.type == "pre"}
            length = self.units - ended.offset
            self.entities.append(Entity(type=ended.type, offset=ended.offset, length=length, more=more))

    def handle_comment(self, data: str) -> NoReturn:  # noqa: ARG002  (the base's)
        raise _not_text()

    def handle_decl(self, decl: str) -> NoReturn:  # noqa: ARG002
        raise _not_text()

    def handle_pi(self, data: str) -> NoReturn:  # noqa: ARG002
        raise _not_text()

    def unknown_decl(self, data: str) -> NoReturn:  # noqa: ARG002
        raise _not_text()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.units += units_of(data)


def _not_text() -> ValueError:
    return ValueError("Telegram's HTML has no comments or declarations; write '<' as &lt;.")


def _members(tag: str, given: Mapping[str, str]) -> dict[str, str]:
    match tag:
        case "a":
            if not given.get("href"):
                raise ValueError('<a> needs an address: <a href="https://…">.')
            return {"url": given["href"]}
        case "span" if given.get("class") != "tg-spoiler":
            raise ValueError('Telegram knows <span class="tg-spoiler"> only.')
        case "blockquote" if "expandable" in given:
            return {"expandable": "yes"}
        case "code" if given.get("class", "").startswith("language-"):
            return {"language": given["class"].removeprefix("language-")}
        case "tg-emoji":
            return {"custom_emoji_id": given.get("emoji-id", "")}
    return {}


def read_html(source: str) -> Text:
    """Text written in Telegram's HTML; raises ValueError with what is wrong."""
    reader = _Html()
    reader.feed(source)
    reader.close()
    if reader.open:
        raise ValueError(f"<{reader.open[-1].tag}> is not closed.")
    return Text(reader.text, sorted(reader.entities, key=lambda e: (e.offset, -e.length)))


_READERS: Mapping[str, Callable[[str], Text]] = {
    "plain": Text,
    "html": read_html,
    "markdown_v2": read_markdown,
}


def read(source: str, format_: str, argument: str, limit_units: int | None = None) -> Text:
    """What a caller wrote, with its formatting; raises InvalidArgument naming `argument`.

    With a limit, a longer text is refused; blank text always is.
    """
    try:
        text = _READERS[format_](source)
    except ValueError as wrong:
        raise InvalidArgument(
            f"'{argument}' is no {format_}: {wrong}", details={"argument": argument}
        ) from None
    if not text.text.strip():
        raise InvalidArgument(f"'{argument}' has no text.", details={"argument": argument})
    if limit_units is not None and text.units > limit_units:
        raise InvalidArgument(
            f"'{argument}' may have at most {limit_units:,} characters here; it has {text.units:,}.",
            details={"argument": argument},
        )
    return text
