"""LinkedIn's stand-in: the versioned REST API as the LinkedIn tools use it."""

import os

from connectors.sandbox.linkedin.standin import Standin

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new member's credentials."""
    return {"access_token": f"AQX_SANDBOX_{os.urandom(16).hex()}"}
