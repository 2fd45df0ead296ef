"""Telegram's stand-in: the Bot API calls of the Telegram tools, as Bot API 10.1 answers them."""

import base64
import os

from connectors.sandbox.telegram.standin import Standin

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new bot's token."""
    number = 1_000_000_000 + int.from_bytes(os.urandom(6)) % 8_000_000_000
    secret = base64.urlsafe_b64encode(os.urandom(24)).decode()
    return {"bot_token": f"{number}:AAS{secret}"}
