"""A connector's guide and logo, from its folder."""

import functools
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from connectors.kit.connector import Connector

# Guides are written as pages of their own; beside a form their headings are two levels down.
_LEVELS = {"h2": "h3", "h3": "h4"}


def guide_html(connector: Connector) -> SafeString:
    """The guide as HTML without its title. It is ours, and raw HTML in it is shown as text."""
    return _rendered(connector.folder / "guide.md")


def logo_bytes(connector: Connector) -> bytes:
    """The logo, an SVG."""
    return _read(connector.folder / "logo.svg")


@functools.cache
def _rendered(guide: Path) -> SafeString:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = _without_title(reader.parse(guide.read_text()))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _LEVELS.get(token.tag, token.tag)
    return mark_safe(str(reader.renderer.render(tokens, reader.options, {})))  # noqa: S308


@functools.cache
def _read(file: Path) -> bytes:
    return file.read_bytes()


def _without_title(tokens: list[Token]) -> list[Token]:
    is_title = tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[3:] if is_title else tokens
