"""Sub-keys stay the same while keys come to the ring and leave it; a wrong ring does not start (F27, F28)."""

import asyncio
import base64
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from hermes.core import keyring, subkeys
from hermes.core.keyring import KeyRingError
from tenants import startup

KEYS = {kid: base64.b64encode(bytes([i, *range(31)])).decode() for i, kid in enumerate(("k1", "k2", "k3"), 1)}
UseRing = Callable[..., None]


class Rows:
    """A store in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def envelopes(self) -> dict[str, str]:
        return dict(self.rows)

    def add(self, kid: str, envelope: str) -> None:
        self.rows.setdefault(kid, envelope)


@pytest.fixture
def rows() -> Iterator[Rows]:
    store = Rows()
    subkeys.keep_root_in(store)
    yield store
    startup.register()


@pytest.fixture
def use_ring(settings: Settings) -> Iterator[UseRing]:
    """`use_ring("k2", "k1")`: what a process sees that starts with these keys."""

    def use(*kids: str, **other: str) -> None:
        settings.CREDENTIAL_ENCRYPTION_KEYS = ",".join(f"{kid}:{(KEYS | other)[kid]}" for kid in kids)
        keyring.ring.cache_clear()
        subkeys.forget()

    yield use
    keyring.ring.cache_clear()
    subkeys.forget()


def test_the_first_start_makes_the_root_and_the_second_finds_it(rows: Rows, use_ring: UseRing) -> None:
    use_ring("k1")
    subkeys.unlock()
    first = subkeys.subkey("audit-mac")
    made = rows.envelopes()
    use_ring("k1")
    subkeys.unlock()
    assert subkeys.subkey("audit-mac") == first
    assert rows.envelopes() == made


def test_each_label_has_a_key_of_its_own_that_is_not_the_ring_s(rows: Rows, use_ring: UseRing) -> None:
    use_ring("k1")
    subkeys.unlock()
    keys = {subkeys.subkey(label) for label in ("audit-mac", "audit-digest", "api-key-pepper")}
    assert len(keys | {keyring.ring().key("k1")}) == 4
    assert {len(key) for key in keys} == {32}


def test_sub_keys_survive_a_whole_turn_of_the_ring(rows: Rows, use_ring: UseRing) -> None:
    use_ring("k1")
    subkeys.unlock()
    before = subkeys.subkey("api-key-pepper")
    for kids in (("k2", "k1"), ("k2",), ("k3", "k2"), ("k3",)):
        use_ring(*kids)
        subkeys.unlock()
        assert subkeys.subkey("api-key-pepper") == before


def test_f28_a_ring_that_never_met_the_old_one_does_not_start_and_changes_nothing(
    rows: Rows, use_ring: UseRing
) -> None:
    use_ring("k1")
    subkeys.unlock()
    stored = rows.envelopes()
    use_ring("k2")
    with pytest.raises(KeyRingError, match=r"'k1'.*'k2'.*Put the earlier key back"):
        subkeys.unlock()
    assert rows.envelopes() == stored


def test_f28_another_key_under_a_known_kid_does_not_start(rows: Rows, use_ring: UseRing) -> None:
    use_ring("k1")
    subkeys.unlock()
    use_ring("k1", k1=KEYS["k2"])
    with pytest.raises(KeyRingError, match=r"'k1'.*is not the one") as caught:
        subkeys.unlock()
    assert KEYS["k2"] not in str(caught.value)


def test_f27_a_missing_ring_does_not_start(rows: Rows, settings: Settings) -> None:
    settings.CREDENTIAL_ENCRYPTION_KEYS = ""
    keyring.ring.cache_clear()
    try:
        with pytest.raises(KeyRingError, match="CREDENTIAL_ENCRYPTION_KEYS is not set"):
            subkeys.unlock()
    finally:
        keyring.ring.cache_clear()
    assert rows.envelopes() == {}


def test_a_sub_key_is_never_made_up_where_the_root_is_missing(rows: Rows, use_ring: UseRing) -> None:
    use_ring("k1")
    with pytest.raises(KeyRingError, match="not made yet"):
        subkeys.subkey("audit-mac")
    assert rows.envelopes() == {}


def test_two_processes_that_start_first_agree_on_one_root(rows: Rows, use_ring: UseRing) -> None:
    """The other process commits its row between our look and our write."""
    use_ring("k1")
    other = Rows()
    subkeys.keep_root_in(other)
    subkeys.unlock()
    theirs = subkeys.subkey("audit-mac")

    class Late(Rows):
        def add(self, kid: str, envelope: str) -> None:
            self.rows.update(other.rows)
            super().add(kid, envelope)

    subkeys.keep_root_in(Late())
    subkeys.unlock()
    assert subkeys.subkey("audit-mac") == theirs


def test_rows_that_guard_different_roots_are_refused(rows: Rows, use_ring: UseRing) -> None:
    use_ring("k1")
    subkeys.unlock()
    first = rows.rows.pop("k1")
    use_ring("k2")
    subkeys.unlock()
    rows.rows["k1"] = first
    use_ring("k2", "k1")
    with pytest.raises(KeyRingError, match="different roots"):
        subkeys.unlock()


def test_the_stored_root_can_be_read_inside_an_event_loop() -> None:
    """Where Django's ORM refuses to run; with the database's own rows."""
    subkeys.unlock()
    outside = subkeys.subkey("audit-mac")
    subkeys.forget()

    async def inside() -> bytes:
        return subkeys.subkey("audit-mac")

    assert asyncio.run(inside()) == outside
