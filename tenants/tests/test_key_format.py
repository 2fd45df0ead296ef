"""The text of a key."""

import re

import pytest
from hypothesis import given, strategies as st

from hermes.core.errors import Unauthenticated
from tenants import key_format, keys

WHOLE = key_format.mint("live").whole
MODES = st.sampled_from(["live", "test"])


@given(MODES)
def test_a_new_key_has_the_published_shape_and_reads_back(mode: str) -> None:
    made = key_format.mint(mode)
    assert re.fullmatch(rf"hms_{mode}_[0-9A-Za-z]{{12}}_[0-9A-Za-z]{{49}}", made.whole)
    assert key_format.parse(made.whole) == made


def test_no_two_keys_share_an_id_or_a_secret() -> None:
    made = [key_format.mint("live") for _ in range(500)]
    assert len({key.lookup for key in made}) == len({key.signed.rsplit("_", 1)[1] for key in made}) == 500


@given(st.integers(0, len(WHOLE) - 1), st.characters())
def test_one_wrong_character_is_refused(place: int, character: str) -> None:
    mistyped = WHOLE[:place] + character + WHOLE[place + 1 :]
    if mistyped != WHOLE:
        with pytest.raises(Unauthenticated):
            key_format.parse(mistyped)


@given(st.integers(0, len(WHOLE)), st.text(min_size=1, max_size=5))
def test_a_key_with_more_or_less_text_is_refused(place: int, more: str) -> None:
    for text in (WHOLE[:place] + more + WHOLE[place:], WHOLE[:place]):
        if text != WHOLE:
            with pytest.raises(Unauthenticated):
                key_format.parse(text)


@given(st.text(max_size=200))
def test_any_other_text_is_refused_in_the_same_words(text: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        key_format.parse(text)
    assert refusal.value.message == key_format.UNKNOWN


def test_a_mistyped_key_costs_no_look_up(django_assert_num_queries: object) -> None:
    mistyped = WHOLE[:-1] + ("0" if WHOLE[-1] != "0" else "1")
    with django_assert_num_queries(0), pytest.raises(Unauthenticated):  # type: ignore[operator]
        keys.load_principal(mistyped)


def test_a_key_is_not_shown_by_its_representation() -> None:
    made = key_format.mint("live")
    assert made.signed.rsplit("_", 1)[1] not in repr(made)
