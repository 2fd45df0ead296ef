"""Proof that a token works, and whose it is."""

from typing import Any

from connectors.discord.client import Discord, member
from connectors.discord.credentials import DiscordCredentials
from connectors.discord.reading import text, whole
from connectors.discord.snowflakes import is_id
from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from hermes.core.errors import InvalidArgument, PlatformRejected, PlatformUnavailable

# Application flags GATEWAY_MESSAGE_CONTENT and GATEWAY_MESSAGE_CONTENT_LIMITED.
MESSAGE_CONTENT = 1 << 18 | 1 << 19
LABEL_CHARS = 80


async def verify(ctx: ToolContext) -> Identity:
    """Which bot the token belongs to.

    Raises NeedsReauth (token refused), PlatformRejected (no bot's token) and InvalidArgument where the public
    key is another application's.
    """
    discord, credentials = Discord(ctx), ctx.credentials()
    if not isinstance(credentials, DiscordCredentials):
        raise TypeError("these are not Discord credentials")
    bot = await discord.one("users/@me")
    application = await discord.one("applications/@me")
    if not is_id(bot.get("id")) or not is_id(application.get("id")):
        raise PlatformUnavailable("Discord's answer cannot be read; try again in a minute.")
    if bot.get("bot") is not True:
        raise PlatformRejected(
            "This is not the token of a bot; create a bot in the Developer Portal and use its token.",
            details={"argument": "bot_token"},
        )
    key = str(application.get("verify_key") or "")
    if credentials.public_key and key and credentials.public_key.lower() != key.lower():
        raise InvalidArgument(
            "This public key belongs to another application; copy the one of the bot's own application.",
            details={"argument": "public_key"},
        )
    details = {
        "application_id": str(application["id"]),
        "application": text(application.get("name") or member(application, "bot").get("username"), 100),
        "reads_message_content": bool((whole(application.get("flags")) or 0) & MESSAGE_CONTENT),
        "watched_channels": len(credentials.watched),
    }
    if credentials.server:
        return await _server(discord, credentials.server, details)
    name = text(bot.get("username"), LABEL_CHARS) or str(bot["id"])
    return Identity(
        external_id=str(bot["id"]),
        label=name[:LABEL_CHARS],
        details={**details, "servers": whole(application.get("approximate_guild_count")) or 0},
        routes=(str(application["id"]),),
    )


async def _server(discord: Discord, server: str, details: dict[str, Any]) -> Identity:
    """One server of a bot: known by the server's id, since the bot is in others' servers too."""
    told = await discord.one(f"guilds/{server}")
    name = text(told.get("name"), LABEL_CHARS) or server
    return Identity(external_id=server, label=name, details={**details, "server": name, "servers": 1})


async def revoke(ctx: ToolContext) -> str:
    """Take the bot out of the account's server, where it is one server; a sentence on what is left to do."""
    credentials = ctx.credentials()
    if not isinstance(credentials, DiscordCredentials) or not credentials.server:
        return "Reset the bot's token in Discord's Developer Portal where it is no longer wanted."
    await Discord(ctx).leave()
    return "The bot has left the server."
