"""How long a text is to X: weighted characters, by version 3 of the rules X publishes (twitter-text).

Ranges of Latin and other alphabets weigh 1, everything else 2; a link weighs 23, an emoji 2 however many
code points it is made of. Texts count in their NFC form.
"""

import re
import unicodedata

from connectors.twitter import links

LINK_WEIGHT = 23
EMOJI_WEIGHT = 2
DEFAULT_WEIGHT = 2
# (first, last) code points that weigh 1.
LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

_LIGHT = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in LIGHT)}]")
_PICTURE = (
    r"[\U0001f000-\U0001faff\u2190-\u21ff\u231a-\u23ff\u24c2\u25a0-\u27bf\u2934-\u2b55"
    r"\u3030\u303d\u3297\u3299]"
)
_ONE = rf"{_PICTURE}[\U0001f3fb-\U0001f3ff]?\ufe0f?"
_EMOJI = re.compile(
    r"[#*0-9]\ufe0f?\u20e3"
    r"|[\u00a9\u00ae\u2122\u203c\u2049\u2139]\ufe0f"
    r"|[\U0001f1e6-\U0001f1ff]{2}"
    r"|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    rf"|{_ONE}(?:\u200d{_ONE}){{0,7}}"
)


def weight(text: str) -> int:
    """The weighted length of a post's text."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for start, end in links.found(text):
        total += _plain_weight(text[at:start]) + LINK_WEIGHT
        at = end
    return total + _plain_weight(text[at:])


def _plain_weight(text: str) -> int:
    rest, emoji = _EMOJI.subn("", text)
    light = len(_LIGHT.findall(rest))
    return emoji * EMOJI_WEIGHT + light + (len(rest) - light) * DEFAULT_WEIGHT
