"""Proof that a token works, and whose it is."""

from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.twitter.client import X


async def verify(ctx: ToolContext) -> Identity:
    """The account the token speaks for.

    Raises NeedsReauth (refused or expired), NotAllowedByPlatform (no user's token, no plan, no scope) and
    PlatformRejected where X names nobody.
    """
    me = await X(ctx).me(anew=True)
    return Identity(
        external_id=me.id,
        label=f"@{me.username}" if me.username else me.id,
        details={"name": me.name, "username": me.username, "long_posts": me.is_subscriber},
    )
