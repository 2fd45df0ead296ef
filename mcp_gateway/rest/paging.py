"""Opaque cursors: signed, and good only for the list, the customer and the mode they were made for."""

from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

from hermes.core.errors import InvalidArgument
from tenants.principals import Principal

M = TypeVar("M", bound=Model)


def sign(position: Any, *, listing: str, principal: Principal) -> str:
    """A cursor for a position in a list."""
    return signing.dumps(position, salt=_salt(listing, principal))


def read(cursor: str | None, *, listing: str, principal: Principal) -> Any:
    """The position of a cursor; raises InvalidArgument on one made elsewhere or for another."""
    if cursor is None:
        return None
    try:
        return signing.loads(cursor, salt=_salt(listing, principal))
    except signing.BadSignature:
        raise InvalidArgument(
            "This cursor is not one of this list; ask again without it.", details={"argument": "cursor"}
        ) from None


def page(
    rows: QuerySet[M], *, limit: int, cursor: str | None, listing: str, principal: Principal
) -> tuple[list[M], str | None]:
    """A page of rows ordered by `pk` or `-pk`, and the cursor of the next one."""
    after = read(cursor, listing=listing, principal=principal)
    if after is not None:
        rows = rows.filter(pk__lt=after) if rows.query.order_by == ("-pk",) else rows.filter(pk__gt=after)
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], sign(found[limit - 1].pk, listing=listing, principal=principal)


def _salt(listing: str, principal: Principal) -> str:
    return f"hermes.rest.cursor:{listing}:{principal.customer_id}:{principal.mode}"
