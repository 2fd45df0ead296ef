"""Lengths as X counts them; the examples are those of its counting rules and its library's tests."""

import pytest

from connectors.twitter import links
from connectors.twitter.weights import weight

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a test.", 15),
        ("http://test.com", 23),
        ("https://test.com", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("Hi http://test.co", 26),
        ("저찀쯿쿿", 8),
        ("故人西辞黄鹤楼。", 16),
        ("the故人", 7),
        ("H🐱☺👨\u200d👩\u200d👧\u200d👦", 7),
        ("😷👾😡🔥💩", 10),
        ("🙋🏽👨\u200d🎤", 4),
        ("Unicode 10.0 emoji: 🤪; 🧕; 🧕🏾; " + ENGLAND, 34),
        ("\u00c1B", 2),
        ("A\u0301B", 2),
        ("A\u05e9\u05bc\u05c1", 4),
        ("cafe\u0301", 4),
        ("\u2000\u200d\u2010\u201f\u2032\u2037", 6),
        ("\u2041", 2),
        ("ABC\u202a\uffffABC\ufffe", 12),
        ("\u2066\u202ahttp://foobar.پاکستان/\u202c\u2069", 31),
        ("Hello, world! 👋", 16),
        ("🇩🇪", 2),
        ("1\ufe0f\u20e3", 2),
        ("©®", 2),
        ("", 0),
    ],
)
def test_texts_weigh_what_x_says(text: str, expected: int) -> None:
    assert weight(text) == expected


def test_as_much_as_x_takes() -> None:
    assert weight("x" * 280) == 280
    assert weight("の" * 140) == 280
    assert weight("👨\u200d👩\u200d👧\u200d👦" * 140) == 280
    assert weight("https://www.twitter.com/aloha " * 10) == 240


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://example.com/a(b)c.", ["http://example.com/a(b)c"]),
        ("(https://example.com/x?y=1&z=2)", ["https://example.com/x?y=1&z=2"]),
        ("example.com, test.de!", ["example.com", "test.de"]),
        ("twitter.comこれはtest.jpです", ["twitter.com", "test.jp"]),
        ("me@example.com", []),
        ("notes.txt and v1.2.3", []),
        ("ftp://www.example.com/", []),
        ("http://a-.example.com", []),
        ("@test.com #test.com $test.com", []),
        (f"http://{'あ' * 60}.com", []),
        (f"{'a' * 64}.com", []),
    ],
)
def test_links_are_found_where_x_finds_them(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in links.found(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "x." * 12_000,
        "あ." * 12_000,
        "http://a.com/" + "(a" * 10_000,
        "😀\u200d" * 12_000,
        "a-" * 12_000 + ".",
        "あa." * 8_000,
    ],
)
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    """Without bounds some of these take minutes, and the suite's limit for a test ends them."""
    assert weight(text) > 280
