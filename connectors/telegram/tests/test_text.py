"""Formatted text: read into entities over UTF-16 units, cut where it may be."""

import pytest
from hypothesis import given, strategies

from connectors.telegram.markdown import read_markdown
from connectors.telegram.markup import read_html
from connectors.telegram.text import Entity, Text, split, units_of


def entities_of(text: Text) -> list[tuple[str, str]]:
    """Each entity's type and the text under it."""
    raw = text.text.encode("utf-16-le")
    return [(e.type, raw[2 * e.offset : 2 * e.end].decode("utf-16-le")) for e in text.entities]


@pytest.mark.parametrize(
    ("source", "plain", "entities"),
    [
        ("a <b>b <i>c</i></b> d", "a b c d", [("bold", "b c"), ("italic", "c")]),
        ("<u>a</u><s>b</s><tg-spoiler>c</tg-spoiler>", "abc", None),
        ('<a href="https://x.example/?a=1&amp;b=2">x</a>', "x", [("text_link", "x")]),
        ("<code>1 &lt; 2</code>", "1 < 2", [("code", "1 < 2")]),
        ('<pre><code class="language-py">x = 1</code></pre>', "x = 1", [("pre", "x = 1")]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        ("👨‍👩‍👧 <b>👋</b>", "👨‍👩‍👧 👋", [("bold", "👋")]),
        ('<span class="tg-spoiler">s</span>', "s", [("spoiler", "s")]),
    ],
)
def test_html(source: str, plain: str, entities: list[tuple[str, str]] | None) -> None:
    read = read_html(source)
    assert read.text == plain
    if entities is not None:
        assert entities_of(read) == entities


def test_members_of_entities_are_kept() -> None:
    (link,) = read_html('<a href="https://x.example/?a=1&amp;b=2">x</a>').entities
    assert link.told()["url"] == "https://x.example/?a=1&b=2"
    (block,) = read_html('<pre><code class="language-py">x</code></pre>').entities
    assert block.told()["language"] == "py"
    (fenced,) = read_markdown("```py\nx\n```").entities
    assert fenced.told()["language"] == "py"


@pytest.mark.parametrize(
    "source",
    [
        "<b>",
        "</b>",
        "<b><i></b></i>",
        "<br/>",
        "<a>x</a>",
        "<span>x</span>",
        "<p>x</p>",
        "a<!-- b -->",
        "<!DOCTYPE html>",
        "<?x>",
    ],
)
def test_html_that_telegram_does_not_know_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="<"):
        read_html(source)


@pytest.mark.parametrize(
    ("source", "plain", "entities"),
    [
        ("*b* _i_ __u__ ~s~ ||h||", "b i u s h", ["bold", "italic", "underline", "strikethrough", "spoiler"]),
        ("*b _bi_ b*", "b bi b", ["bold", "italic"]),
        (r"1\. done \*really\*", "1. done *really*", []),
        ("a.b-c! (d)", "a.b-c! (d)", []),
        ("[x](https://x.example/a_b)", "x", ["text_link"]),
        ("`a_b`", "a_b", ["code"]),
        ("```\na*b\n```", "a*b\n", ["pre"]),
        (">q\n>r\nno", "q\nr\nno", ["blockquote"]),
        ("👋 *x*", "👋 x", ["bold"]),
    ],
)
def test_markdown(source: str, plain: str, entities: list[str]) -> None:
    read = read_markdown(source)
    assert (read.text, [e.type for e in read.entities]) == (plain, entities)


@pytest.mark.parametrize("source", ["*a", "_a", "`a", "```a", "*a _b* c_", "[a](b"])
def test_markdown_that_is_not_closed_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"close|written"):
        read_markdown(source)


@given(strategies.text(max_size=300))
def test_reading_ends_with_a_text_or_with_what_is_wrong(source: str) -> None:
    for read in (read_html, read_markdown):
        try:
            text = read(source)
        except ValueError:
            continue
        assert all(0 <= e.offset < e.end <= text.units for e in text.entities)


@given(
    strategies.text(alphabet="ab \n.👋", max_size=400),
    strategies.lists(strategies.tuples(strategies.integers(0, 400), strategies.integers(1, 80)), max_size=4),
    strategies.integers(2, 60),
)
def test_parts_are_the_whole_and_fit(source: str, spans: list[tuple[int, int]], limit: int) -> None:
    units = units_of(source)
    entities = [Entity(type="bold", offset=o, length=min(n, units - o)) for o, n in spans if o < units]
    parts = split(Text(source, entities), limit)
    assert all(part.units <= limit and part.text.strip() for part in parts)
    kept = "".join(part.text for part in parts)
    assert [c for c in kept if c.strip()] == [c for c in source if c.strip()]
    for part in parts:
        assert all(0 <= e.offset < e.end <= part.units for e in part.entities)
    if kept == source:
        covered, at = set(), 0
        for part in parts:
            covered |= {at + u for e in part.entities for u in range(e.offset, e.end)}
            at += part.units
        assert covered == {u for e in entities for u in range(e.offset, e.end)}


def test_a_text_is_cut_between_paragraphs_first_then_lines_then_sentences_then_words() -> None:
    assert [p.text for p in split(Text("aaaaaaaaaa\n\nbb bb\nbb"), 18)] == ["aaaaaaaaaa\n\n", "bb bb\nbb"]
    assert [p.text for p in split(Text("aaa aaa\nbbb bbb"), 10)] == ["aaa aaa\n", "bbb bbb"]
    assert [p.text for p in split(Text("One two. Three four"), 14)] == ["One two. ", "Three four"]
    assert [p.text for p in split(Text("x" * 10), 4)] == ["xxxx", "xxxx", "xx"]


def test_an_entity_is_not_cut_where_there_is_another_seam() -> None:
    text = Text("aaaa bbbb cccc dddd", [Entity(type="code", offset=10, length=9)])
    assert [p.text for p in split(text, 16)] == ["aaaa bbbb ", "cccc dddd"]


def test_a_character_of_two_units_is_never_cut() -> None:
    assert [p.text for p in split(Text("👋" * 5), 5)] == ["👋👋", "👋👋", "👋"]
