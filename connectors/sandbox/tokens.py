"""Access tokens that the sandbox's authorization servers issue: they say whose they are and when they end."""

import os
import re
import time

# What a stand-in sees in the place of a token that has ended.
ENDED = "sandbox-token-ended"
_ISSUED = re.compile(r"(?P<account>\S*sbx\.\w+)\.(?P<ends>\d+)\.\w+")


def issued(prefix: str, account: str, seconds: float) -> str:
    """A new access token of an account (letters and digits), good for so many seconds."""
    return f"{prefix}sbx.{account}.{int(time.time() + seconds)}.{os.urandom(6).hex()}"


def account_of(token: str) -> str:
    """What all tokens of the same account have in common; the token itself where it was not issued here.

    `ENDED` where its time is over.
    """
    found = _ISSUED.fullmatch(token)
    if found is None:
        return token
    return found["account"] if time.time() < int(found["ends"]) else ENDED
