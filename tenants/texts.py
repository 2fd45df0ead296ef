"""Short texts that people give to things: names and labels."""

import re
import unicodedata

from hermes.core.errors import InvalidArgument

# Controls, and the characters that turn or hide text (Unicode TR 36): a label is shown to people and agents.
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def checked(value: str, *, argument: str, limit_chars: int) -> str:
    """`value`, trimmed; raises InvalidArgument where it is empty, too long or has hidden characters."""
    text = unicodedata.normalize("NFC", value).strip()
    if not 0 < len(text) <= limit_chars or any(unicodedata.category(c) in _HIDDEN for c in text):
        raise InvalidArgument(
            f"'{argument}' must be 1 to {limit_chars} visible characters.", details={"argument": argument}
        )
    return text


def tidied(value: str, *, limit_chars: int, otherwise: str) -> str:
    """A platform's text as a label: hidden characters out, cut; `otherwise` where nothing is left."""
    visible = "".join(
        " " if unicodedata.category(c) in _HIDDEN else c for c in unicodedata.normalize("NFC", value)
    )
    return re.sub(r"\s+", " ", visible).strip()[:limit_chars].strip() or otherwise
