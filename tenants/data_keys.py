"""A customer's data key: 32 random bytes that seal its credentials, themselves wrapped by the key ring.

Rotating the ring wraps the same data key anew, so no credential is touched and no reader notices.
Destroying the data key makes every credential of the customer unreadable, in backups too.
"""

import os
from collections.abc import Sequence

from hermes.core import crypto
from hermes.core.keyring import ring

KID = "d1"


def wrap_new(customer: str) -> str:
    """A new data key of the customer (public id), wrapped by the ring's first key."""
    return ring().seal(os.urandom(crypto.KEY_BYTES), aad=_place(customer))


def unwrap(customer: str, wrapped: str) -> bytes:
    """The customer's data key; raises crypto.SealError (UnknownKid where the ring lacks its key)."""
    return ring().open(wrapped, aad=_place(customer))


def seal(customer: str, wrapped: str, plain: bytes, *, place: Sequence[str]) -> str:
    """`plain` sealed by the customer's data key; it opens at this place of this customer (public id) only."""
    return crypto.seal(plain, key=unwrap(customer, wrapped), kid=KID, aad=(customer, *place))


def unseal(customer: str, wrapped: str, envelope: str, *, place: Sequence[str]) -> bytes:
    """What `seal` was given for the same place. Raises crypto.SealError."""
    key = unwrap(customer, wrapped)
    return crypto.open_sealed(envelope, key_of={KID: key}.__getitem__, aad=(customer, *place))


def rewrap(customer: str, wrapped: str) -> str:
    """The same data key, wrapped by the ring's first key."""
    return ring().seal(unwrap(customer, wrapped), aad=_place(customer))


def kid_of(wrapped: str) -> str:
    """The key of the ring that wraps it."""
    return crypto.kid_of(wrapped)


def _place(customer: str) -> tuple[str, str]:
    return (customer, "data-key")
