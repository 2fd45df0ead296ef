"""Tools ranked by how well they fit some words."""

import functools
import math
import re
from collections.abc import Sequence
from typing import Any

from mcp_gateway.catalogue import Listing
from mcp_gateway.outlines import outline_of_input

# How much a word counts by where it stands.
_IN_NAME, _IN_TITLE, _IN_DESCRIPTION, _IN_ARGUMENTS = 4.0, 3.0, 1.5, 1.0
_AS_PREFIX = 0.5
_LEAST_PREFIX_CHARS = 3
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset(["a", "an", "and", "by", "for", "from", "in", "it", "of", "on", "or", "the", "to", "with"])


def ranked(listings: Sequence[Listing], query: str) -> list[Listing]:
    """Those in which a word of the query stands, the best first.

    A word counts more the fewer tools have it, and most in the tool's name; endings do not matter.
    """
    words = [word for word in dict.fromkeys(_words(query)) if word not in _EMPTY]
    weights = [{word: _weight(word, listing) for word in words} for listing in listings]
    rarity = {word: _rarity(sum(w[word] > 0 for w in weights), len(listings)) for word in words}
    scores = [sum(w[word] * rarity[word] for word in words) for w in weights]
    found = [(score, listing) for score, listing in zip(scores, listings, strict=True) if score > 0]
    return [listing for _, listing in sorted(found, key=lambda f: (-f[0], f[1].tool.name))]


def told(listing: Listing) -> dict[str, Any]:
    """A found tool: all that is needed to choose and to call it."""
    tool = listing.tool
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "read_only": tool.hints.read_only,
        "input_schema": outline_of_input(listing.input_schema),
    }


def _weight(word: str, listing: Listing) -> float:
    tool = listing.tool
    arguments = listing.input_schema.get("properties", {})
    told_of_arguments = " ".join(f"{name} {a.get('description', '')}" for name, a in arguments.items())
    platform = listing.connector.name if listing.connector else ""
    places = (
        (_IN_NAME, f"{tool.name} {platform}"),
        (_IN_TITLE, tool.title),
        (_IN_DESCRIPTION, tool.description),
        (_IN_ARGUMENTS, told_of_arguments),
    )
    return max(weight * _match(word, _words(text)) for weight, text in places)


def _match(word: str, words: frozenset[str]) -> float:
    if word in words:
        return 1.0
    is_prefix = len(word) >= _LEAST_PREFIX_CHARS and any(other.startswith(word) for other in words)
    return _AS_PREFIX if is_prefix else 0.0


def _rarity(tools_with_it: int, tools: int) -> float:
    return math.log(1 + tools / tools_with_it) if tools_with_it else 0.0


@functools.lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_root(word) for word in _WORD.findall(text.lower()))


def _root(word: str) -> str:
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_PREFIX_CHARS:
            return word.removesuffix(ending)
    return word
