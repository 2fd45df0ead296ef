"""Third-party text is made harmless without being made unreadable."""

import json
import unicodedata
from typing import Any

from hypothesis import given, strategies as st

from hermes.core.third_party import shown, shown_data, storable_data

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)


@given(ANYTHING, st.integers(10, 300))
def test_nothing_hidden_and_nothing_longer_than_its_limit_is_shown(text: str, limit: int) -> None:
    told = shown(text, limit)
    hidden = [c for c in told if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]
    assert set(hidden) <= set("\n\t\u200c\u200d")
    assert len(text.replace("\r\n", "\n")) > limit or "…" in text or "…" not in told


def test_people_s_scripts_and_emoji_stay_as_they_are() -> None:
    persian = "می\u200cخواهم"  # noqa: RUF001
    for text in ("Grüße, 你好", persian, "👩\u200d👩\u200d👧 ❤\ufe0f", "line\nline\ttab"):
        assert shown(text, 100) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | ANYTHING,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANYTHING, inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_data_can_be_stored_and_shown(value: Any) -> None:
    json.dumps(shown_data(storable_data(value, 50), 50), allow_nan=False).encode()


def test_data_without_end_is_cut() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = [deep] * 2 if isinstance(deep, str) else {"a": deep}
    assert len(str(shown_data({"deep": deep, "wide": list(range(10_000))}, 50))) < 1_000
