"""Proof that a token works, and whose it is."""

from collections.abc import Mapping

from connectors.instagram.client import ME, MESSAGES, PUBLISH, Instagram
from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.kit.meta import text_of
from hermes.core.errors import NotAllowedByPlatform, PlatformRejected

FIELDS = "user_id,username,name,account_type"
# What a token is good for beyond reading the account: an edge that answers to nobody else.
USES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    (PUBLISH, "content_publishing_limit", {}),
    (MESSAGES, "conversations", {"limit": "1"}),
)


async def verify(ctx: ToolContext) -> Identity:
    """The professional account the token speaks for, named by its username.

    Webhooks name it by `user_id`; `id` is the same account as this app alone knows it. Raises NeedsReauth
    (refused or expired), NotAllowedByPlatform (it may neither publish nor message) and PlatformRejected where
    Instagram names no account.
    """
    instagram = Instagram(ctx)
    me = await instagram.get(ME, {"fields": FIELDS})
    own, scoped = text_of(me.get("user_id")), text_of(me.get("id"))
    username = text_of(me.get("username"))
    if not (own or scoped) or not username:
        raise PlatformRejected(
            "Instagram names no account for this token; make one with Instagram Login for a professional "
            "account."
        )
    await _check_use(instagram)
    return Identity(
        external_id=own or scoped,
        label=f"@{username}"[:80],
        details={
            "username": username,
            "name": text_of(me.get("name")),
            "account_type": text_of(me.get("account_type")),
        },
        routes=(scoped,) if own and scoped and scoped != own else (),
    )


async def _check_use(instagram: Instagram) -> None:
    """Raise the first refusal where the token may do none of `USES`."""
    refusals = []
    for need, edge, params in USES:
        try:
            await instagram.get(f"{ME}/{edge}", params, need=need)
        except NotAllowedByPlatform as refused:
            refusals.append(refused)
        else:
            return
    raise refusals[0]
