"""Discord's stand-in: the API v10 calls of the Discord tools."""

import base64
import os

from connectors.sandbox.discord.rest import snowflake
from connectors.sandbox.discord.standin import Standin
from connectors.sandbox.discord.world import IDS
from hermes.core import clock

__all__ = ["Standin", "credentials"]


def credentials() -> dict[str, str]:
    """A new bot's credentials; its token begins with its user id, as Discord's do."""
    bot = str(snowflake(clock.now()) + int.from_bytes(os.urandom(2)) * 200_000)
    head = base64.urlsafe_b64encode(bot.encode()).decode().rstrip("=")
    return {"bot_token": f"{head}.SANDBX.{os.urandom(19).hex()}", "channels": IDS["general"]}
