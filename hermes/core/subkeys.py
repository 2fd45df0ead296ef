"""Keys for MACs that stay the same when the key ring changes (docs/adr/0002-keys-and-subkeys.md).

One random root lies in the database, sealed once by each key of the ring; sub-keys are derived
from it by label (HKDF-SHA256, RFC 5869). The rows double as canaries: a ring that opens none of them,
or a key that does not open its own, is the wrong one.
"""

import asyncio
import functools
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connections

from hermes.core import crypto, keyring
from hermes.core.keyring import KeyRing, KeyRingError

_AAD = ("root",)


class RootStore(Protocol):
    """Where the sealed root is kept: one envelope for each kid."""

    def envelopes(self) -> Mapping[str, str]:
        """What is stored, by kid."""
        ...

    def add(self, kid: str, envelope: str) -> None:
        """Commit a row for `kid` at once, unless one is there already; never inside a larger transaction."""
        ...


_stores: list[RootStore] = []


def keep_root_in(store: RootStore) -> None:
    """Say where the root lies; called once when the apps are ready."""
    _stores[:] = [store]
    forget()


def unlock() -> None:
    """Check the ring against the stored root at the start of a process; the first start makes the root.

    A key that is new in the ring seals the root too, so that an older one can leave later.
    Raises KeyRingError naming the kid that is wrong or missing; nothing that is stored is overwritten.
    """
    store, ring = _store(), keyring.ring()
    if not store.envelopes():
        store.add(ring.primary_kid, ring.seal(os.urandom(crypto.KEY_BYTES), aad=_AAD))
    root = _opened(store.envelopes(), ring)
    for kid in ring.kids:
        if kid not in store.envelopes():
            store.add(kid, ring.seal(root, aad=_AAD, kid=kid))
    forget()


@functools.cache
def subkey(label: str) -> bytes:
    """The 32-byte key for one use, such as `"audit-mac"`. The same in every process and under every ring.

    Raises KeyRingError where the root is not there or does not open.
    """
    return HKDF(hashes.SHA256(), crypto.KEY_BYTES, None, f"hermes {label}".encode()).derive(_root())


def forget() -> None:
    """Drop what this process remembers; the next use reads the root anew."""
    _root.cache_clear()
    subkey.cache_clear()


@functools.cache
def _root() -> bytes:
    store, ring = _store(), keyring.ring()
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _opened(store.envelopes(), ring)
    # Django's ORM refuses to run in a thread that has an event loop.
    with ThreadPoolExecutor(1) as apart:
        return _opened(apart.submit(_read_apart, store).result(), ring)


def _read_apart(store: RootStore) -> Mapping[str, str]:
    try:
        return store.envelopes()
    finally:
        connections.close_all()


def _store() -> RootStore:
    if not _stores:
        raise KeyRingError("No store for the root key is registered; start Hermes through Django.")
    return _stores[0]


def _opened(envelopes: Mapping[str, str], ring: KeyRing) -> bytes:
    known = [kid for kid in ring.kids if kid in envelopes]
    if not envelopes:
        raise KeyRingError(
            "The root key is not made yet; start Hermes once or run 'python manage.py create_customer'."
        )
    if not known:
        raise KeyRingError(
            f"This database was set up with {_named(envelopes)}, and {keyring.SETTING} holds only "
            f"{_named(ring.kids)}. Put the earlier key back behind the new one."
        )
    roots = {_opened_by(kid, envelopes[kid], ring) for kid in known}
    if len(roots) != 1:
        raise KeyRingError(
            f"The keys {_named(known)} guard different roots; restore the database from a backup."
        )
    return roots.pop()


def _opened_by(kid: str, envelope: str, ring: KeyRing) -> bytes:
    try:
        return ring.open(envelope, aad=_AAD)
    except crypto.SealError:
        raise KeyRingError(
            f"The key '{kid}' of {keyring.SETTING} is not the one this database was set up with. "
            "Give the right one."
        ) from None


def _named(kids: Mapping[str, str] | tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{kid}'" for kid in kids)
