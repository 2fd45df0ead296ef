"""Public ids: a prefix and a ULID (26 characters of Crockford base 32; ULID spec, github.com/ulid/spec)."""

import os
import re
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHAPE = re.compile(r"[a-z]{2,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new(prefix: str) -> str:
    """A new id such as `con_01J...`: 48 bits of time in milliseconds, then 80 random bits. Never a secret."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def is_id(value: object, prefix: str) -> bool:
    """Whether `value` has the shape of an id with this prefix."""
    return isinstance(value, str) and value.startswith(f"{prefix}_") and _SHAPE.fullmatch(value) is not None
