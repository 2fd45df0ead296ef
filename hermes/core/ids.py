"""Public ids: a prefix and a ULID (26 characters of Crockford base 32; ULID spec, github.com/ulid/spec)."""

import os
import random
import re
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
# Ids need not be unguessable, and asking the system for each would hand Python's lock to another thread.
_random = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=_random.seed)
_SHAPE = re.compile(r"[a-z]{2,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new(prefix: str) -> str:
    """A new id such as `con_01J...`: 48 bits of time in milliseconds, then 80 random bits. Never a secret."""
    number = (time.time_ns() // 1_000_000) << 80 | _random.getrandbits(80)
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def is_id(value: object, prefix: str) -> bool:
    """Whether `value` has the shape of an id with this prefix."""
    return isinstance(value, str) and value.startswith(f"{prefix}_") and _SHAPE.fullmatch(value) is not None
