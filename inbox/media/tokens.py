"""What a link to a file says, sealed: whose it is, which file, until when. No secret is inside."""

from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings

from connectors.kit.context import FileLink
from hermes.core import clock, crypto
from hermes.core.errors import NotFound
from hermes.core.subkeys import subkey

LIFETIME = timedelta(minutes=15)
LIMIT_CHARS = 4_096
_USE = "media-link"
_KID = "m1"


class Ticket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file at a platform (`connection`, `media`) or one handed over (`handed`); ids of rows are sealed."""

    customer_id: int
    expires: float
    connection: str = ""
    media: dict[str, Any] = {}
    handed: str = ""


def link(
    customer_id: int, *, connection: str = "", media: dict[str, Any] | None = None, handed: str = ""
) -> FileLink:
    """A link that works for 15 minutes."""
    until = clock.now() + LIFETIME
    ticket = Ticket(
        customer_id=customer_id,
        expires=until.timestamp(),
        connection=connection,
        media=media or {},
        handed=handed,
    )
    token = crypto.seal(msgspec.json.encode(ticket), key=subkey(_USE), kid=_KID, aad=(_USE,))
    return FileLink(url=f"{settings.PUBLIC_URL}/media/{token}", expires_at=clock.iso(until))


def read(token: str) -> Ticket:
    """What a token says. Raises NotFound, the same for one that was changed, made up or has expired."""
    try:
        if len(token) > LIMIT_CHARS:
            raise NotFound(_GONE)
        plain = crypto.open_sealed(token, key_of={_KID: subkey(_USE)}.__getitem__, aad=(_USE,))
        ticket = msgspec.json.decode(plain, type=Ticket)
    except (crypto.SealError, msgspec.DecodeError):
        raise NotFound(_GONE) from None
    if ticket.expires <= clock.now().timestamp():
        raise NotFound(_GONE)
    return ticket


_GONE = "This link is not valid or has expired; ask for the file again to get a new one."
