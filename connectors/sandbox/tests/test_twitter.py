"""docs/sandbox.md lists the values on which X's stand-in fails."""

from pathlib import Path

import pytest

from connectors.sandbox.twitter import magic

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sandbox.md").read_text()
SECTION = PAGE.partition("\n## X\n")[2].partition("\n## ")[0]
TOKENS = [value for name, value in vars(magic).items() if name.startswith("TOKEN_")]


@pytest.mark.parametrize("word", [*magic.REFUSALS, magic.UNREACHED, "cut", "502", "never", "slow"])
def test_every_word_that_fails_is_listed(word: str) -> None:
    assert f"`sandbox-fail-{word}`" in SECTION or f"`-{word}`" in SECTION


@pytest.mark.parametrize("value", [*TOKENS, magic.UNREACHABLE_PERSON, magic.GONE, magic.PROTECTED])
def test_every_token_and_id_that_fails_is_listed(value: str) -> None:
    assert f"`{value}`" in SECTION
