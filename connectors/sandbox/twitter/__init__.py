"""X's stand-in: API v2 as the X tools use it."""

import os

from connectors.sandbox.twitter.standin import Standin

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new account's credentials."""
    return {"access_token": f"SANDBOX_{os.urandom(24).hex()}"}
