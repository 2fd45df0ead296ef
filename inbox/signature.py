"""A few numbers that say which words a text cannot hold, small enough to stand in an index.

Each group of three letters of a text (of two where a script writes without spaces) sets one of 252 bits
in the first four numbers and three of 504 in the others. A text that has a word has all bits of the word,
so an index with the bits finds the few texts worth reading. The first four are as they were when there
were no others.
"""

import unicodedata
from zlib import crc32

NUMBERS = 12
BITS = 63  # what a signed column of 64 bits holds on every database
EVERYTHING = (1 << BITS) - 1
_FIRST = 4 * BITS
_OTHERS = (NUMBERS - 4) * BITS
_FIRST_WITHOUT_SPACES = "\u2e80"  # where the scripts of East Asia begin


def signature(text: str) -> tuple[int, ...]:
    """The numbers of a text, or of the words asked for; case and accents do not count."""
    bits = 0
    for word in set(_folded(text).split()):
        for group in _groups(word):
            bits |= _bits(group)
    return tuple(bits >> (BITS * number) & EVERYTHING for number in range(NUMBERS))


def _bits(group: str) -> int:
    code = group.encode("utf-8", "replace")
    rest, one = divmod(crc32(code, 1), _OTHERS)
    rest, two = divmod(rest, _OTHERS)
    return 1 << crc32(code) % _FIRST | (1 << one | 1 << two | 1 << rest % _OTHERS) << _FIRST


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
