"""The sealed envelope opens for its own key at its own place, whole and unchanged, or not at all."""

import base64
import itertools
import os
import string

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, strategies as st

from hermes.core import crypto

KEY = bytes(range(32))
PLACE = ("cus_1", "whatsapp", "con_1", "credentials")
texts = st.text(max_size=20)


def key_of(kid: str) -> bytes:
    return {"k1": KEY}[kid]


def sealed(plain: bytes = b"the secret", place: tuple[str, ...] = PLACE) -> str:
    return crypto.seal(plain, key=KEY, kid="k1", aad=place)


def opened(envelope: str, place: tuple[str, ...] = PLACE) -> bytes:
    return crypto.open_sealed(envelope, key_of=key_of, aad=place)


@given(st.binary(max_size=2000), st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=5))
def test_what_is_sealed_opens_again(plain: bytes, place: list[str]) -> None:
    assert opened(sealed(plain, tuple(place)), tuple(place)) == plain


def test_an_envelope_names_its_format_and_key_and_nothing_of_its_content() -> None:
    envelope = sealed(b"EAAG-plain-token")
    assert envelope.startswith("h1.k1.")
    assert b"EAAG" not in base64.urlsafe_b64decode(envelope.split(".")[2] + "==")
    assert crypto.kid_of(envelope) == "k1"


def test_the_same_text_never_gives_the_same_envelope() -> None:
    assert sealed() != sealed()


def test_cr01_every_flipped_bit_of_every_byte_is_an_error() -> None:
    envelope = sealed()
    for position in range(len(envelope)):
        for bit in range(7):
            flipped = (
                envelope[:position] + chr(ord(envelope[position]) ^ (1 << bit)) + envelope[position + 1 :]
            )
            with pytest.raises(crypto.SealError):
                opened(flipped)


def test_cr01_every_flipped_bit_below_the_base64_is_an_error() -> None:
    head, _, body = sealed().rpartition(".")
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with pytest.raises(crypto.CannotOpen):
            opened(f"{head}.{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}")


@pytest.mark.parametrize("length", [9, 10, 11])
def test_cr01_an_envelope_has_one_spelling(length: int) -> None:
    """Base64 may leave bits over in its last character; none of them may be set."""
    envelope = sealed(bytes(length))
    for last in string.ascii_letters + string.digits + "-_+/=":
        if last != envelope[-1]:
            with pytest.raises(crypto.SealError):
                opened(envelope[:-1] + last)


@pytest.mark.parametrize("cut", [1, 2, 5, 20])
def test_cr01_a_shortened_or_lengthened_envelope_is_an_error(cut: int) -> None:
    for changed in (sealed()[:-cut], sealed() + "A" * cut):
        with pytest.raises(crypto.SealError):
            opened(changed)


def hex_format(plain: bytes) -> str:
    """The format of hermes-mcp: hex of iv, tag and ciphertext, bound to nothing."""
    iv = os.urandom(12)
    out = AESGCM(KEY).encrypt(iv, plain, None)
    return (iv + out[-16:] + out[:-16]).hex()


@pytest.mark.parametrize(
    "envelope",
    [
        hex_format(b"token"),
        "h0.k1." + sealed().split(".")[2],
        "H1.k1." + sealed().split(".")[2],
        "h2.k1." + sealed().split(".")[2],
        "",
        "h1",
        "h1..",
        "h1.k1.",
        "h1.k1." + "A" * 20,
        "h1.k1." + sealed().split(".")[2] + "=",
        "h1.k1." + sealed().split(".")[2] + "\n",
        "h1.k 1." + sealed().split(".")[2],
        "h1." + "k" * 33 + "." + sealed().split(".")[2],
        sealed() + ".x",
    ],
    ids=(str(number) for number in itertools.count()),  # the envelopes differ in every process
)
def test_cr02_only_the_one_format_is_read(envelope: str) -> None:
    with pytest.raises(crypto.BadEnvelope):
        opened(envelope)


@given(st.one_of(st.text(), st.from_regex(r"h1\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_=-]*", fullmatch=True)))
def test_any_text_is_opened_or_refused_by_name(envelope: str) -> None:
    with pytest.raises(crypto.SealError):
        opened(envelope)


def test_cr03_an_unknown_key_is_an_error_that_names_it() -> None:
    envelope = crypto.seal(b"x", key=KEY, kid="k9", aad=PLACE)
    with pytest.raises(crypto.UnknownKid, match="k9") as caught:
        opened(envelope)
    assert caught.value.kid == "k9"


def test_a_renamed_key_does_not_open() -> None:
    envelope = crypto.seal(b"x", key=KEY, kid="k9", aad=PLACE).replace("h1.k9.", "h1.k1.")
    with pytest.raises(crypto.CannotOpen):
        opened(envelope)


@pytest.mark.parametrize(
    "place",
    [
        ("cus_2", "whatsapp", "con_1", "credentials"),
        ("cus_1", "telegram", "con_1", "credentials"),
        ("cus_1", "whatsapp", "con_2", "credentials"),
        ("cus_1", "whatsapp", "con_1", "data-key"),
        ("cus_1", "whatsapp", "con_1"),
        ("cus_1whatsapp", "", "con_1", "credentials"),
        (),
    ],
)
def test_an_envelope_copied_to_another_place_does_not_open(place: tuple[str, ...]) -> None:
    with pytest.raises(crypto.CannotOpen):
        opened(sealed(), place)


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=4))
def test_no_two_places_share_a_binding(one: list[str], other: list[str]) -> None:
    envelope = sealed(b"x", tuple(one))
    if one == other:
        assert opened(envelope, tuple(other)) == b"x"
    else:
        with pytest.raises(crypto.CannotOpen):
            opened(envelope, tuple(other))


@pytest.mark.parametrize(
    ("key", "kid"), [(KEY[:16], "k1"), (KEY + b"x", "k1"), (KEY, ""), (KEY, "a.b"), (KEY, "k" * 33)]
)
def test_a_malformed_key_or_kid_seals_nothing(key: bytes, kid: str) -> None:
    with pytest.raises(ValueError, match="32"):
        crypto.seal(b"x", key=key, kid=kid, aad=PLACE)


def test_no_error_tells_the_envelope_or_the_key() -> None:
    for envelope in (sealed()[:-1] + "!", sealed().replace("h1.", "h0."), sealed().replace(".k1.", ".k7.")):
        with pytest.raises(crypto.SealError) as caught:
            opened(envelope)
        assert envelope.split(".")[2] not in str(caught.value)
