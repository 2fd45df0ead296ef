"""Telegram's MarkdownV2 (Bot API, formatting options), read into entities.

What Telegram wants escaped and what marks nothing here (a dot, a dash) is taken as it is.
"""

import re

from connectors.telegram.text import Entity, Text, units_of

_MARKS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}
_LANGUAGE = re.compile(r"([A-Za-z0-9_+#.-]{1,40})\n")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_CODE = re.compile(r"(?:\\.|[^`\\])*", re.DOTALL)
_LINK = re.compile(r"\]\(((?:\\.|[^)\\])*)\)", re.DOTALL)


def read_markdown(source: str) -> Text:
    """Text written in MarkdownV2; raises ValueError with what is wrong."""
    reader = _Reader(source)
    while reader.place < len(source):
        reader.step()
    return reader.ended()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.place = source, 0
        self._pieces: list[str] = []
        self._units = 0
        self._open: list[tuple[str, int]] = []
        self._quote: int | None = None
        self._entities: list[Entity] = []

    def step(self) -> None:
        source, place = self.source, self.place
        if (place == 0 or source[place - 1] == "\n") and self._line_began(source[place]):
            return
        if escaped := _ESCAPED.match(source, place):
            self._emit(escaped[1], 2)
        elif source.startswith("```", place):
            self._pre()
        elif source[place] == "`":
            self._code()
        elif source[place] == "[":
            self._open.append(("[", self._units))
            self.place += 1
        elif source[place] == "]" and self._open and self._open[-1][0] == "[":
            self._link()
        elif mark := next((m for m in _MARKS if source.startswith(m, place)), ""):
            self._mark(mark)
        else:
            self._emit(source[place], 1)

    def ended(self) -> Text:
        if self._open:
            mark = self._open[-1][0]
            raise ValueError(f"'{mark}' is not closed; write '\\{mark}' for the character itself.")
        self._end_quote()
        return Text("".join(self._pieces), sorted(self._entities, key=lambda e: (e.offset, -e.length)))

    def _line_began(self, first: str) -> bool:
        """Whether the line's first character was a mark and is done."""
        if first != ">":
            self._end_quote()
            return False
        if self._quote is None:
            self._quote = self._units
        self.place += 1
        return True

    def _end_quote(self) -> None:
        if self._quote is not None:
            self._close("blockquote", self._quote)
            self._quote = None

    def _pre(self) -> None:
        end = self.source.find("```", self.place + 3)
        if end < 0:
            raise ValueError("'```' is not closed.")
        inside = self.source[self.place + 3 : end]
        language = _LANGUAGE.match(inside)
        began = self._units
        self._emit(
            _ESCAPED.sub(r"\1", inside[language.end() :] if language else inside.removeprefix("\n")), 0
        )
        self._close("pre", began, **({"language": language[1]} if language else {}))
        self.place = end + 3

    def _code(self) -> None:
        inside = _CODE.match(self.source, self.place + 1)
        end = inside.end() if inside else len(self.source)
        if inside is None or end == len(self.source):
            raise ValueError("'`' is not closed; write '\\`' for the character itself.")
        began = self._units
        self._emit(_ESCAPED.sub(r"\1", inside[0]), 0)
        self._close("code", began)
        self.place = end + 1

    def _link(self) -> None:
        address = _LINK.match(self.source, self.place)
        if address is None:
            raise ValueError(
                "a link is written [text](https://address); write '\\[' for the character itself."
            )
        _, began = self._open.pop()
        self._close("text_link", began, url=_ESCAPED.sub(r"\1", address[1]))
        self.place = address.end()

    def _mark(self, mark: str) -> None:
        self.place += len(mark)
        if self._open and self._open[-1][0] == mark:
            self._close(_MARKS[mark], self._open.pop()[1])
        elif any(open_ == mark for open_, _ in self._open):
            raise ValueError(f"'{mark}' closes across '{self._open[-1][0]}'; close them in their order.")
        else:
            self._open.append((mark, self._units))

    def _emit(self, text: str, source_chars: int) -> None:
        self._pieces.append(text)
        self._units += units_of(text)
        self.place += source_chars

    def _close(self, type_: str, began: int, **more: str) -> None:
        if self._units > began:
            self._entities.append(Entity(type=type_, offset=began, length=self._units - began, more=more))
