"""A few numbers that say which words a text cannot hold, small enough to stand in an index.

Each group of three letters of a text (of two where a script writes without spaces) sets one of 252 bits. A
text that has a word has all bits of the word, so an index with the bits finds the few texts worth reading.
"""

import unicodedata
from zlib import crc32

NUMBERS = 4
BITS = 63  # what a signed column of 64 bits holds on every database
EVERYTHING = (1 << BITS) - 1
_FIRST_WITHOUT_SPACES = "\u2e80"  # where the scripts of East Asia begin


def signature(text: str) -> tuple[int, ...]:
    """The numbers of a text, or of the words asked for; case and accents do not count."""
    bits = 0
    for word in set(_folded(text).split()):
        for group in _groups(word):
            bits |= 1 << crc32(group.encode("utf-8", "replace")) % (NUMBERS * BITS)
    return tuple(bits >> (BITS * number) & EVERYTHING for number in range(NUMBERS))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _groups(word: str) -> set[str]:
    groups = {word[i : i + 3] for i in range(len(word) - 2)}
    if not word.isascii():
        pairs = (word[i : i + 2] for i in range(len(word) - 1))
        groups.update(pair for pair in pairs if min(pair) >= _FIRST_WITHOUT_SPACES)
    return groups
