"""Links between files of a vault, as Obsidian reads and resolves them.

https://help.obsidian.md/links: `[[Note]]`, `[[folder/Note#Heading|shown]]`, `[[Note#^block]]`, embeds
`![[…]]`, Markdown links with URL-encoded paths, and the file cards of a canvas.
"""

import dataclasses
import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from connectors.obsidian import markdown
from connectors.obsidian.paths import key

_WIKI = re.compile(r"(!?)\[\[([^\[\]\n]{1,1000})\]\]")
_INLINE = re.compile(
    r"\]\([ \t]*(?:<([^<>\n]{1,1000})>|([^()\s<>]{1,1000}(?:\([^()\s<>]{0,200}\)[^()\s<>]{0,200}){0,3}))"
)
_DEFINED = re.compile(r"^ {0,3}\[[^\[\]\n]{1,200}\]:[ \t]*(?:<([^<>\n]{1,1000})>|(\S{1,1000}))", re.MULTILINE)
_CARD = re.compile(r'"file"\s*:\s*("(?:[^"\\\n]|\\.){1,2000}")')
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_SAFE = "/!$&'*+,;=:@~-._"


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A link: `target` is the file it names, `rest` what follows (`#Heading`); the span holds both."""

    kind: str
    start: int
    end: int
    target: str
    rest: str
    is_embed: bool = False
    is_bracketed: bool = False

    def written(self, target: str) -> str:
        """What stands in the span for another target."""
        if self.kind == "wiki":
            return target + self.rest
        if self.kind == "card":
            return json.dumps(target, ensure_ascii=False)
        if self.is_bracketed:
            return target.replace("%", "%25").replace("<", "%3C").replace(">", "%3E") + self.rest
        return quote(target, safe=_SAFE) + self.rest


def of_note(text: str) -> Iterator[Link]:
    """The links of a note in no particular order, those in its properties included; none to the web."""
    _, end, body = markdown.split(text)
    seen = text[:end] + markdown.visible(text)[end:] if body else markdown.visible(text)
    for found in _WIKI.finditer(seen):
        # In a table the bar is written `\|`.
        named = re.split(r"\\?\|", found[2], maxsplit=1)[0]
        target, mark, rest = named.partition("#")
        at = found.start(2)
        yield Link("wiki", at, at + len(named), target.strip(), mark + rest, is_embed=bool(found[1]))
    for pattern in (_INLINE, _DEFINED):
        for found in pattern.finditer(seen, body):
            group = 1 if found[1] is not None else 2
            raw = found[group]
            if _SCHEME.match(raw) or raw.startswith("#"):
                continue
            target, mark, rest = raw.partition("#")
            is_embed = pattern is _INLINE and _is_image(seen, found.start())
            yield Link(
                "markdown",
                found.start(group),
                found.end(group),
                unquote(target),
                mark + rest,
                is_embed,
                group == 1,
            )


def of_canvas(text: str) -> Iterator[Link]:
    """The files shown on a canvas."""
    for found in _CARD.finditer(text):
        try:
            yield Link("card", found.start(1), found.end(1), json.loads(found[1]), "")
        except ValueError:
            continue


def _is_image(text: str, closing: int) -> bool:
    opening = text.rfind("[", max(0, closing - 300), closing)
    return opening > 0 and text[opening - 1] == "!"


class Files:
    """The files of a vault by name, to resolve links."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            self._by_path[key(path)] = path
            self._by_name[key(posixpath.basename(path))].append(path)

    def resolve(self, link: Link, source: str) -> str | None:
        """The file a link in `source` leads to, None where there is none.

        A whole path comes first, then one from the folder of the source, then the file with that name, or
        path ending, that is nearest to the vault's top.
        """
        if link.kind == "card":
            return self._by_path.get(key(link.target))
        return self.named(link.target, source) if link.target else source

    def named(self, target: str, source: str) -> str | None:
        """The file that `target` names in `source`."""
        wanted = key(target.lstrip("/"))
        beside = key(posixpath.normpath(posixpath.join(posixpath.dirname(source), target)))
        if target.startswith(("./", "../")):
            return self._exactly(beside)
        return self._exactly(wanted) or self._exactly(beside) or self._ending(wanted)

    def _exactly(self, path: str) -> str | None:
        return self._by_path.get(path) or self._by_path.get(f"{path}.md")

    def _ending(self, wanted: str) -> str | None:
        name = posixpath.basename(wanted)
        for ending, named in ((wanted, name), (f"{wanted}.md", f"{name}.md")):
            found = [
                p for p in self._by_name.get(named, ()) if key(p) == ending or key(p).endswith(f"/{ending}")
            ]
            if found:
                return min(found, key=lambda p: (p.count("/"), p))
        return None

    def target_for(self, link: Link, path: str, source: str) -> str:
        """How a link in `source` names `path`, as like the way it was written as still leads there."""
        bare = path.removesuffix(".md") if not link.target.lower().endswith(".md") else path
        relative = posixpath.relpath(bare, posixpath.dirname(source) or ".")
        forms = [bare, path]
        if link.kind == "wiki" and "/" not in link.target:
            forms.insert(0, posixpath.basename(bare))
        if link.kind == "markdown":
            is_plain = "/" not in link.target and "/" not in relative
            forms = [posixpath.basename(bare), *forms] if is_plain else [relative, *forms]
        if link.target.startswith(("./", "../")):
            dotted = relative if relative.startswith("../") else f"./{relative}"
            forms.insert(0, dotted)
        return next((form for form in forms if self.named(form, source) == path), path)
