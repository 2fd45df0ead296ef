"""Proof that a credential works and that its number belongs to its account."""

from connectors.kit.connector import Identity
from connectors.kit.context import ToolContext
from connectors.whatsapp.client import Graph
from connectors.whatsapp.credentials import WhatsAppCredentials
from hermes.core.errors import NotFound, PlatformRejected

LIMIT_LABEL_CHARS = 80


async def verify(ctx: ToolContext) -> Identity:
    """Who the credential speaks for: the number, named by its verified name.

    Raises NeedsReauth (token refused), NotAllowedByPlatform (a permission is missing) and PlatformRejected
    where number or account are unknown to the token or do not belong together: otherwise a customer
    could claim the messages of another's number.
    """
    graph, credentials = Graph(ctx), ctx.credentials()
    if not isinstance(credentials, WhatsAppCredentials):
        raise TypeError("these are not WhatsApp credentials")
    try:
        number = await graph.number()
        is_owned = await graph.owns_number()
    except NotFound:
        raise PlatformRejected(
            "The access token cannot see this phone number ID or business account ID; check both, and that "
            "the token's system user was given the account.",
            details={"argument": "phone_number_id"},
        ) from None
    if not is_owned:
        raise PlatformRejected(
            "This phone number ID does not belong to that WhatsApp Business Account ID; copy both from the "
            "same page.",
            details={"argument": "waba_id"},
        )
    shown = [str(number.get(name) or "") for name in ("verified_name", "display_phone_number")]
    label = " ".join(part for part in shown if part) or credentials.phone_number_id
    return Identity(
        external_id=credentials.phone_number_id,
        label=label[:LIMIT_LABEL_CHARS],
        details={
            "display_phone_number": shown[1],
            "verified_name": shown[0],
            "quality_rating": str(number.get("quality_rating") or "UNKNOWN"),
            "waba_id": credentials.waba_id,
        },
        routes=(credentials.waba_id,),
    )
