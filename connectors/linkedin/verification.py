"""Proof that a token works, and whose it is."""

from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.linkedin.client import LinkedIn
from hermes.core.errors import PlatformRejected

LIMIT_LABEL_CHARS = 80


async def verify(ctx: ToolContext) -> Identity:
    """The member the token speaks for.

    Raises NeedsReauth (refused or expired), NotAllowedByPlatform (without openid and profile) and
    PlatformRejected where LinkedIn names nobody.
    """
    member = await LinkedIn(ctx).member()
    subject = str(member.get("sub") or "")
    if not subject:
        raise PlatformRejected("LinkedIn names no member for this token; create one with openid and profile.")
    name = str(member.get("name") or subject)
    return Identity(
        external_id=subject,
        label=name[:LIMIT_LABEL_CHARS],
        details={"name": name, "urn": f"urn:li:person:{subject}"},
    )
