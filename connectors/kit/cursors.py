"""Opaque cursors of a tool's own: where a list goes on, packed into text that says nothing."""

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from hermes.core.errors import InvalidArgument

T = TypeVar("T")


def pack(position: Any) -> str:
    """A cursor for a JSON-ready position."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def unpack(cursor: str, kind: type[T]) -> T:
    """The position in a cursor of the caller's. Raises InvalidArgument where it is none of this kind."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        return msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise InvalidArgument(
            "'cursor' is not a next_cursor of this tool; leave it out to begin anew.",
            details={"argument": "cursor"},
        ) from None
