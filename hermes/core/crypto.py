"""The sealed envelope: AES-256-GCM under a named key, bound to the place it is stored at.

`h1.<kid>.<base64url of nonce, ciphertext and tag>`, without padding. A fresh random nonce of 96 bits
is safe for 2^32 envelopes per key (NIST SP 800-38D, 8.3).
"""

import base64
import binascii
import os
import re
import string
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hermes.core.errors import Internal

FORMAT = "h1"
KEY_BYTES = 32
KID = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SHAPE = re.compile(rf"{FORMAT}\.({KID.pattern})\.([A-Za-z0-9_-]+)", re.ASCII)
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
# Which last characters leave no bit over, by the length modulo 4: an envelope has one spelling only.
_LAST = (_DIGITS, "", _DIGITS[::16], _DIGITS[::4])


class SealError(Internal):
    """A sealed value does not give its content."""


class BadEnvelope(SealError):
    """Not an envelope of the one format that is read."""

    def __init__(self) -> None:
        super().__init__("A stored secret is not in the sealed format; reconnect or replace it.")


class UnknownKid(SealError):
    """Sealed by a key that is not at hand; `kid` names it."""

    def __init__(self, kid: str) -> None:
        super().__init__(
            f"A stored secret was sealed with key '{kid}', which is not in the key ring; put it back."
        )
        self.kid = kid


class CannotOpen(SealError):
    """Changed, moved to another place, or sealed by another key of the same name."""

    def __init__(self, kid: str) -> None:
        super().__init__(f"A stored secret does not open with key '{kid}'; reconnect or replace it.")
        self.kid = kid


def seal(plain: bytes, *, key: bytes, kid: str, aad: Sequence[str]) -> str:
    """Seal `plain` under `key` (32 bytes), which readers know as `kid`.

    `aad` says where the envelope belongs (customer, platform, connection, purpose): it opens only there.
    Raises ValueError where `key` or `kid` is malformed.
    """
    if len(key) != KEY_BYTES or not KID.fullmatch(kid):
        raise ValueError("a key has 32 bytes and a kid 1 to 32 of A-Z a-z 0-9 _ -")
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain, _bound(kid, aad))
    return f"{FORMAT}.{kid}.{_encode(nonce + sealed)}"


def open_sealed(envelope: str, *, key_of: Callable[[str], bytes], aad: Sequence[str]) -> bytes:
    """What `seal` was given, for the same `aad`. `key_of` gives a key by its kid (KeyError: unknown).

    Raises BadEnvelope (any other format, so nobody can go round the binding), UnknownKid and CannotOpen.
    """
    kid, body = _parse(envelope)
    try:
        key = key_of(kid)
    except KeyError:
        raise UnknownKid(kid) from None
    try:
        return AESGCM(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound(kid, aad))
    except InvalidTag:
        raise CannotOpen(kid) from None


def kid_of(envelope: str) -> str:
    """The kid an envelope names, unproven. Raises BadEnvelope."""
    return _parse(envelope)[0]


def _parse(envelope: str) -> tuple[str, bytes]:
    shape = _SHAPE.fullmatch(envelope)
    if shape is None:
        raise BadEnvelope
    kid, text = shape.groups()
    if text[-1] not in _LAST[len(text) % 4]:
        raise BadEnvelope
    body = binascii.a2b_base64(text.encode().translate(_TO_STANDARD) + b"=" * (-len(text) % 4))
    if len(body) < _NONCE_BYTES + _TAG_BYTES:
        raise BadEnvelope
    return kid, body


def _encode(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def _bound(kid: str, aad: Sequence[str]) -> bytes:
    parts = [part.encode() for part in (FORMAT, kid, *aad)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
