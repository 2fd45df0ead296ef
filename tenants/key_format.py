"""The text of an API key: `hms_<mode>_<12 id><_><43 secret><6 checksum>`, all base 62.

43 base 62 digits hold 256 bits. Prefix and CRC32 checksum follow GitHub's token format (github.blog,
2021-04-05): leaked keys can be found by scanners, and a mistyped one is refused without a look-up.
"""

import dataclasses
import re
import secrets
import string
import zlib

from hermes.core.errors import Unauthenticated

UNKNOWN = "This key or token is unknown, expired or revoked. Get a new one and use that."
ID_LENGTH = 12
SECRET_LENGTH = 43
CHECKSUM_LENGTH = 6
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPE = re.compile(
    rf"hms_(live|test)_([0-9A-Za-z]{{{ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


@dataclasses.dataclass(frozen=True, slots=True)
class KeyText:
    """A well-formed key. `signed` is all that the MAC covers; never log or store it."""

    mode: str
    lookup: str
    signed: str = dataclasses.field(repr=False)

    @property
    def whole(self) -> str:
        """The key as its owner gets it."""
        return self.signed + _checksum(self.signed)


def mint(mode: str) -> KeyText:
    """A new key with 256 bits of randomness."""
    lookup = "".join(secrets.choice(_DIGITS) for _ in range(ID_LENGTH))
    secret = _base62(secrets.randbits(256), SECRET_LENGTH)
    return KeyText(mode, lookup, f"hms_{mode}_{lookup}_{secret}")


def parse(presented: str) -> KeyText:
    """The key in `presented`; raises Unauthenticated where shape or checksum is wrong."""
    shape = _SHAPE.fullmatch(presented)
    if shape is None:
        raise Unauthenticated(UNKNOWN)
    signed = presented[:-CHECKSUM_LENGTH]
    if shape[4] != _checksum(signed):
        raise Unauthenticated(UNKNOWN)
    return KeyText(shape[1], shape[2], signed)


def sealed(prefix: str) -> str:
    """A new secret of 256 bits with its checksum, after `prefix`: a text that `is_sealed` knows."""
    signed = prefix + _base62(secrets.randbits(256), SECRET_LENGTH)
    return signed + _checksum(signed)


def is_sealed(text: str, prefix: str) -> bool:
    """Whether `text` is `prefix`, a secret and the right checksum."""
    signed = text[:-CHECKSUM_LENGTH]
    is_whole = text.isascii() and len(text) == len(prefix) + SECRET_LENGTH + CHECKSUM_LENGTH
    return is_whole and text.startswith(prefix) and text.endswith(_checksum(signed))


def _checksum(signed: str) -> str:
    return _base62(zlib.crc32(signed.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
