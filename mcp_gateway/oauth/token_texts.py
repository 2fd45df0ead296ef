"""The texts of agents' tokens: `hms_at_…` (access) and `hms_rt_…` (refresh), formed like an API key."""

import hashlib
from typing import Any

from tenants import key_format

ACCESS, REFRESH = "hms_at_", "hms_rt_"


def mint_access(_request: Any = None) -> str:
    """A new access token with 256 bits of randomness."""
    return key_format.sealed(ACCESS)


def mint_refresh(_request: Any = None) -> str:
    """A new refresh token with 256 bits of randomness."""
    return key_format.sealed(REFRESH)


def digest(text: str) -> str:
    """What is stored of a token or code, and by what it is looked up."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
