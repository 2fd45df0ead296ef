"""The key ring of this installation, `CREDENTIAL_ENCRYPTION_KEYS`: the first key seals, all of them open."""

import base64
import binascii
import dataclasses
import functools
import hashlib
from collections.abc import Mapping, Sequence
from typing import Self

from django.conf import settings

from hermes.core import crypto
from hermes.core.errors import Internal

SETTING = "CREDENTIAL_ENCRYPTION_KEYS"
_MAKE_ONE = "Make one with: openssl rand -base64 32"


class KeyRingError(Internal):
    """The ring cannot be used, and no process should start with it. Names kids, never a byte of a key."""


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Keys by kid. Other homes of keys (a KMS) take the place of this class behind `seal` and `open`."""

    primary_kid: str
    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `k2:<base64 of 32 bytes>,k1:<...>`; a key that stands alone may do without its kid.

        Raises KeyRingError naming the kid where a key is short, long, one repeated byte or given twice.
        """
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        if not entries:
            raise KeyRingError(f"{SETTING} is not set. {_MAKE_ONE}")
        if len(entries) == 1 and ":" not in entries[0]:
            key = _decoded("(without a kid)", entries[0])
            kid = "k" + hashlib.sha256(b"hermes kid" + key).hexdigest()[:8]
            return cls(kid, {kid: key})
        keys: dict[str, bytes] = {}
        for entry in entries:
            kid, _, encoded = entry.partition(":")
            if not crypto.KID.fullmatch(kid):
                position = entries.index(entry) + 1
                raise KeyRingError(
                    f"Entry {position} of {SETTING} has no kid; write the ring as k2:<key>,k1:<key>."
                )
            if kid in keys:
                raise KeyRingError(f"{SETTING} names the key '{kid}' twice; give each key a kid of its own.")
            key = _decoded(f"'{kid}'", encoded)
            if key in keys.values():
                raise KeyRingError(
                    f"The key '{kid}' of {SETTING} is there already under another kid; remove one."
                )
            keys[kid] = key
        return cls(next(iter(keys)), keys)

    @property
    def kids(self) -> tuple[str, ...]:
        """All kids, the sealing one first."""
        return tuple(self.keys)

    def key(self, kid: str) -> bytes:
        """The key of this name. Raises crypto.UnknownKid."""
        try:
            return self.keys[kid]
        except KeyError:
            raise crypto.UnknownKid(kid) from None

    def seal(self, plain: bytes, *, aad: Sequence[str], kid: str | None = None) -> str:
        """Seal with the first key, or with the one called `kid`."""
        kid = kid or self.primary_kid
        return crypto.seal(plain, key=self.key(kid), kid=kid, aad=aad)

    def open(self, envelope: str, *, aad: Sequence[str]) -> bytes:
        """Open with whichever key sealed it; raises as `crypto.open_sealed` does."""
        return crypto.open_sealed(envelope, key_of=self.key, aad=aad)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.kids)})"


@functools.cache
def ring() -> KeyRing:
    """The ring of the settings; `ring.cache_clear()` reads them anew. Raises KeyRingError."""
    return KeyRing.parse(settings.CREDENTIAL_ENCRYPTION_KEYS)


def _decoded(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise KeyRingError(f"The key {name} of {SETTING} is not base64. {_MAKE_ONE}") from None
    if len(key) != crypto.KEY_BYTES:
        raise KeyRingError(f"The key {name} of {SETTING} has {len(key)} bytes and must have 32. {_MAKE_ONE}")
    if len(set(key)) == 1:
        raise KeyRingError(f"The key {name} of {SETTING} is one byte repeated. {_MAKE_ONE}")
    return key
