"""Instagram's stand-in: the Graph API of Instagram Login as the Instagram tools use it."""

import os

from connectors.sandbox.instagram.standin import Standin

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new account's credentials."""
    return {"access_token": f"IGAA_SANDBOX_{os.urandom(16).hex()}"}
