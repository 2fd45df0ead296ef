"""Proof that a bot token works, and whose it is."""

from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.telegram.client import Bot
from hermes.core.errors import NeedsReauth, NotFound, PlatformUnavailable


async def verify(ctx: ToolContext) -> Identity:
    """The bot, named by its @username. Raises NeedsReauth (the token is refused or no token)."""
    bot = Bot(ctx)
    try:
        me = await bot.ask("getMe")
    except NotFound:
        # What is no token at all is no path of the API.
        raise NeedsReauth("Telegram does not know this bot token; copy it again from @BotFather.") from None
    if not isinstance(me, dict) or str(me.get("id")) != bot.own_id or me.get("is_bot") is not True:
        raise PlatformUnavailable("Telegram's answer names no bot; try again in a minute.")
    name = str(me.get("username") or "")
    return Identity(
        external_id=bot.own_id,
        label=f"@{name}" if name else str(me.get("first_name") or bot.own_id),
        details={
            "username": name,
            "name": str(me.get("first_name") or ""),
            "can_join_groups": me.get("can_join_groups") is True,
            "reads_all_group_messages": me.get("can_read_all_group_messages") is True,
        },
    )
