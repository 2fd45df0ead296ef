"""The key ring reads well-formed rings and refuses the rest without telling a byte of a key (CR05)."""

import base64
import os

import pytest
from pytest_django.fixtures import Settings

from hermes.core import crypto, keyring
from hermes.core.keyring import KeyRing, KeyRingError

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_first_key_seals_and_all_of_them_open() -> None:
    old = KeyRing.parse(f"k1:{b64(ONE)}")
    envelope = old.seal(b"x", aad=("here",))
    ring = KeyRing.parse(f"k2:{b64(TWO)}, k1:{b64(ONE)}")
    assert (ring.primary_kid, ring.kids) == ("k2", ("k2", "k1"))
    assert ring.open(envelope, aad=("here",)) == b"x"
    assert crypto.kid_of(ring.seal(b"x", aad=())) == "k2"


def test_a_lone_key_is_a_ring_of_one_whose_kid_stays_the_same() -> None:
    ring = KeyRing.parse(b64(ONE))
    assert ring.kids == KeyRing.parse(f" {b64(ONE)} ").kids != KeyRing.parse(b64(TWO)).kids
    assert ring.key(ring.primary_kid) == ONE


def test_a_lone_key_keeps_its_kid_when_it_is_given_one_later() -> None:
    alone = KeyRing.parse(b64(ONE))
    envelope = alone.seal(b"x", aad=())
    ring = KeyRing.parse(f"k2:{b64(TWO)},{alone.primary_kid}:{b64(ONE)}")
    assert ring.open(envelope, aad=()) == b"x"


def test_url_safe_base64_is_taken_too() -> None:
    key = b"\xfb\xff" * 16
    assert KeyRing.parse("k1:" + base64.urlsafe_b64encode(key).decode()).key("k1") == key


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not set"),
        (" , ", "not set"),
        (f"k1:{b64(ONE[:16])}", "'k1' .* has 16 bytes"),
        (f"k1:{b64(ONE + TWO)}", "'k1' .* has 64 bytes"),
        (b64(ONE[:31]), "has 31 bytes"),
        (f"k1:{b64(b'a' * 32)}", "'k1' .* one byte repeated"),
        (b64(b"\0" * 32), "one byte repeated"),
        ("k1:", "'k1' .* has 0 bytes"),
        ("k1:not base64!", "'k1' .* is not base64"),
        (f"k1:{b64(ONE)},k1:{b64(TWO)}", "'k1' twice"),
        (f"k2:{b64(ONE)},k1:{b64(ONE)}", "'k1' .* under another kid"),
        (f"k2:{b64(TWO)},{b64(ONE)}", "Entry 2 .* no kid"),
        (f"k 1:{b64(ONE)}", "Entry 1 .* no kid"),
        (f"{'k' * 33}:{b64(ONE)}", "Entry 1 .* no kid"),
    ],
)
def test_a_malformed_ring_is_refused_with_the_kid_and_no_byte_of_a_key(text: str, says: str) -> None:
    with pytest.raises(KeyRingError, match=says) as caught:
        KeyRing.parse(text)
    for part in text.replace(",", ":").split(":"):
        assert len(part) < 12 or part not in str(caught.value)


def test_a_hex_key_is_refused_by_its_length() -> None:
    with pytest.raises(KeyRingError, match="has 48 bytes"):
        KeyRing.parse(os.urandom(32).hex())


def test_a_ring_shows_its_kids_only() -> None:
    assert repr(KeyRing.parse(f"k1:{b64(ONE)}")) == "KeyRing(k1)"


def test_an_unknown_kid_is_a_named_error() -> None:
    with pytest.raises(crypto.UnknownKid, match="k3"):
        KeyRing.parse(f"k1:{b64(ONE)}").key("k3")


def test_the_ring_of_the_settings_is_read_once(settings: Settings) -> None:
    try:
        settings.CREDENTIAL_ENCRYPTION_KEYS = f"s1:{b64(TWO)}"
        keyring.ring.cache_clear()
        assert keyring.ring().kids == ("s1",)
        settings.CREDENTIAL_ENCRYPTION_KEYS = "s2:broken"
        assert keyring.ring().kids == ("s1",)
        keyring.ring.cache_clear()
        with pytest.raises(KeyRingError):
            keyring.ring()
    finally:
        keyring.ring.cache_clear()
