"""Putting a bot into a server: Discord's authorization code grant with the scope `bot`.

Discord's documentation, "OAuth2", "Advanced Bot Authorization": the token's answer names the server. The bot
works by its own token, which is the app's; the person's token is not used and not kept. So that the bot's
other servers stay out of reach the account is that one server (`boundary`).
"""

from collections.abc import Mapping, Sequence

from connectors.kit.oauth import AppValue, OAuthContext, OAuthSpec, Scope, Tokens
from connectors.kit.oauth_exchanges import GrantRefused
from hermes.core.errors import PlatformRejected

BOT_TOKEN = "bot_token"  # noqa: S105  (a value's name)
# View channels, send (in threads too), embed, attach, read history, react, manage messages and threads, pin.
PERMISSIONS = sum(1 << bit for bit in (6, 10, 11, 13, 14, 15, 16, 34, 35, 38, 51))


async def exchange(ctx: OAuthContext, tokens: Tokens) -> Tokens:
    """The bot's token in the place of the person's; it does not end."""
    return Tokens(access_token=ctx.app.values[BOT_TOKEN], scopes=tokens.scopes, told=tokens.told)


async def accounts(_ctx: OAuthContext, tokens: Tokens) -> Sequence[Mapping[str, str]]:
    """The one server the person chose. Raises PlatformRejected where none was."""
    guild = tokens.told.get("guild")
    server = guild.get("id") if isinstance(guild, dict) else None
    if not isinstance(server, str):
        raise PlatformRejected("No server was chosen at Discord. Begin again and choose one.")
    return ({BOT_TOKEN: tokens.access_token.reveal(), "server": server},)


async def renew(ctx: OAuthContext, spec: OAuthSpec, tokens: Tokens) -> Tokens:
    """The bot's token as the app has it now: whoever runs the app resets it there."""
    current = ctx.app.values[BOT_TOKEN]
    if current == tokens.access_token:
        raise GrantRefused(f"{spec.name} refuses the bot's token; whoever runs the app must renew it.")
    return Tokens(access_token=current, scopes=tokens.scopes)


OAUTH = OAuthSpec(
    provider="DISCORD",
    name="Discord",
    authorize_address="{DISCORD_API_BASE}/oauth2/authorize",
    token_address="{DISCORD_API_BASE}/api/oauth2/token",  # noqa: S106  (an address)
    scopes=(
        Scope(name="bot", purpose="Put the bot into one of your servers.", is_needed=True),
        Scope(name="applications.commands", purpose="Add the bot's commands to that server."),
    ),
    authorize_params={"permissions": str(PERMISSIONS)},
    app_values=(
        AppValue(
            name=BOT_TOKEN,
            label="Bot token",
            help="Of the same app: Developer Portal, Bot, Reset Token.",
            is_secret=True,
            example="MTA5NjE2MTMzNDAwMTg0NDI5NA.GexAmp.le_token_of_a_bot_that_does_not_exist",
        ),
    ),
    uses_basic=True,
    exchange=exchange,
    accounts=accounts,
    token_field=BOT_TOKEN,
    renew=renew,
    renews_without_refresh_token=True,
)
