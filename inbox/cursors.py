"""Opaque page cursors: signed, and good only for the listing and the owner they were made for."""

from datetime import datetime

from django.core import signing

from hermes.core import clock
from hermes.core.errors import InvalidArgument

Position = tuple[datetime, int]


def write(position: Position, *, listing: str, owner: str) -> str:
    """A cursor that continues after the row at this time and id."""
    at, row = position
    return signing.dumps([at.isoformat(), row], salt=_salt(listing, owner), compress=False)


def read(cursor: str, *, listing: str, owner: str) -> Position:
    """The position a cursor stands for; raises InvalidArgument on one made elsewhere or for another."""
    try:
        at, row = signing.loads(cursor, salt=_salt(listing, owner))
        return clock.parse(at), int(row)
    except (signing.BadSignature, ValueError, TypeError):
        raise InvalidArgument(
            "This cursor is not one of this list; ask again without it.", details={"argument": "cursor"}
        ) from None


def _salt(listing: str, owner: str) -> str:
    return f"hermes.inbox.cursor:{listing}:{owner}"
