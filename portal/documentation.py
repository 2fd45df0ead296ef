"""The written documentation as pages: those files of `docs/` that customers and their developers read."""

import functools
import posixpath
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(settings.BASE_DIR) / "docs"
# In the order of the menu. The rest of the folder is for who works on Hermes.
SUBJECTS = ("agents", "api", "webhooks", "sandbox", "security")
PLATFORMS = "connectors"
EXAMPLE = "https://hermes.example.com"  # in the files; the pages have the address of the deployment


class Written(NamedTuple):
    """A page: its name in the address, its title and its text."""

    name: str
    title: str
    html: SafeString


@gzip_page  # it holds nothing secret that its length could tell
@require_safe
def documentation(request: HttpRequest, name: str = "agents") -> HttpResponse:
    """One page of the documentation."""
    page = pages().get(name)
    if page is None:
        raise Http404
    menu = [(p, p.name == name) for p in pages().values()]
    return render(request, "documentation.html", {"page": page, "menu": menu})


@functools.cache
def pages() -> dict[str, Written]:
    """Every page by its name; none where the folder is not there."""
    files = [FOLDER / f"{name}.md" for name in SUBJECTS]
    files += sorted((FOLDER / PLATFORMS).glob("[a-z]*.md"))
    return {page.name: page for file in files if file.is_file() for page in [_read(file)]}


def _read(file: Path) -> Written:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    place = file.relative_to(FOLDER).with_suffix("")
    lines = file.read_text().replace(EXAMPLE, settings.PUBLIC_URL).splitlines()
    text = "\n".join(line for line in lines if not line.startswith("<!--"))
    tokens = reader.parse(text)
    title = tokens[1].content
    body = tokens[3:] if tokens[0].tag == "h1" else tokens
    for token in body:
        _turn(token, str(place.parent))
    html = mark_safe(str(reader.renderer.render(body, reader.options, {})))  # noqa: S308  (our own files)
    return Written(str(place), title, html)


def _turn(token: Token, folder: str) -> None:
    """Links between the files become links between the pages; blocks that scroll can be reached by keys."""
    if token.type in ("fence", "code_block", "table_open"):
        token.attrSet("tabindex", "0")
    for child in token.children or ():
        href = child.attrGet("href") if child.type == "link_open" else None
        if isinstance(href, str) and not href.startswith(("https://", "#")):
            child.attrSet("href", _address(href, folder))


def _address(href: str, folder: str) -> str:
    name = posixpath.normpath(posixpath.join(folder, href.partition("#")[0])).removesuffix(".md")
    is_page = name in SUBJECTS or (name.startswith(f"{PLATFORMS}/") and not name.endswith("README"))
    return reverse("documentation", args=[name]) if is_page else reverse("documentation_index")
