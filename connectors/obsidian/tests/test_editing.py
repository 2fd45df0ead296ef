"""Editing parts of notes: what is named changes, everything else keeps its bytes."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from connectors.obsidian import properties
from connectors.obsidian.tests.conftest import Notes
from hermes.core.errors import Conflict, HermesError, InvalidArgument, NotFound

NOTE = """\
---
title: "A: plan"   # quoted
tags: [one, two]
# about the date
due: 2026-12-04
nested:
  deep: [1, 2]

aliases:
- P
---
# Plan
Intro ^intro

## Next
- one
- two ^two

## Later
text

# Plan B
## Next
more
"""


@pytest.fixture
def plan(notes: Notes) -> Notes:
    """A vault with one rich note."""
    notes.write("Plan", NOTE)
    return notes


EDITS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "patch",
        {"target": "Plan::Next", "op": "append", "content": "- three"},
        "- two ^two\n",
        "- two ^two\n- three\n",
    ),
    (
        "patch",
        {"target": "plan b::next", "op": "prepend", "content": "first"},
        "## Next\nmore",
        "## Next\nfirst\nmore",
    ),
    ("patch", {"target": "Later", "op": "replace", "content": "new"}, "## Later\ntext\n", "## Later\nnew\n"),
    (
        "patch",
        {"target_type": "block", "target": "^two", "op": "replace", "content": "- 2"},
        "- two ^two",
        "- 2 ^two",
    ),
    (
        "patch",
        {"target_type": "block", "target": "intro", "op": "append", "content": "After."},
        "Intro ^intro\n",
        "Intro ^intro\nAfter.\n",
    ),
    (
        "patch",
        {"target_type": "block", "target": "two", "op": "prepend", "content": "- 1.5"},
        "- two ^two",
        "- 1.5\n- two ^two",
    ),
    (
        "patch",
        {"target_type": "frontmatter", "target": "tags", "op": "append", "content": "[three]"},
        "tags: [one, two]\n",
        "tags:\n  - one\n  - two\n  - three\n",
    ),
    (
        "patch",
        {"target_type": "frontmatter", "target": "title", "op": "append", "content": "!"},
        'title: "A: plan"   # quoted\n',
        "title: 'A: plan!'\n",
    ),
    ("append", {"section": "Later", "content": "end"}, "## Later\ntext\n", "## Later\ntext\nend\n"),
    ("set_frontmatter", {"key": "due", "value": "2027-01-01"}, "due: 2026-12-04\n", "due: 2027-01-01\n"),
    ("set_frontmatter", {"key": "due"}, "due: 2026-12-04\n", ""),
    ("set_frontmatter", {"key": "rank", "value": 3}, "- P\n---\n", "- P\nrank: 3\n---\n"),
    ("set_frontmatter", {"key": "done", "value": True}, "- P\n---\n", "- P\ndone: true\n---\n"),
    (
        "set_tags",
        {"add": ["#two", "new/one"]},
        "tags: [one, two]\n",
        "tags:\n  - one\n  - two\n  - new/one\n",
    ),
    ("set_tags", {"remove": ["ONE", "two"]}, "tags: [one, two]\n", ""),
    ("replace_text", {"search": "Intro", "replace": "Start"}, "Intro", "Start"),
    (
        "replace_text",
        {"search": r"^- (one)$", "replace": r"* \1", "regex": True},
        "- one\n",
        "* one\n",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "old", "new"), EDITS)
def test_an_edit_changes_what_it_names_and_nothing_else(
    plan: Notes, tool: str, arguments: dict[str, Any], old: str, new: str
) -> None:
    assert NOTE.count(old) == 1
    plan.call(tool, path="Plan", **arguments)
    assert plan.text("Plan") == NOTE.replace(old, new)


@pytest.mark.parametrize(("tool", "arguments", "old", "new"), EDITS)
def test_lines_keep_their_ends(plan: Notes, tool: str, arguments: dict[str, Any], old: str, new: str) -> None:
    if arguments.get("regex"):
        return
    plan.write("Plan", NOTE.replace("\n", "\r\n"))
    plan.call(tool, path="Plan", **arguments)
    assert plan.text("Plan") == NOTE.replace(old, new).replace("\n", "\r\n")


REFUSED: list[tuple[str, dict[str, Any], type[HermesError]]] = [
    ("patch", {"target": "Next", "op": "append", "content": "x"}, Conflict),
    ("patch", {"target": "Nowhere", "op": "append", "content": "x"}, NotFound),
    ("patch", {"target_type": "block", "target": "none", "op": "append", "content": "x"}, NotFound),
    (
        "patch",
        {"target_type": "frontmatter", "target": "nested", "op": "append", "content": "x"},
        InvalidArgument,
    ),
    ("append", {"section": "Nowhere", "content": "x"}, NotFound),
    ("replace_text", {"search": "o", "replace": "0"}, Conflict),
    ("replace_text", {"search": "absent", "replace": "x"}, NotFound),
    ("replace_text", {"search": "(", "replace": "x", "regex": True}, InvalidArgument),
    ("replace_text", {"search": "(Intro)", "replace": r"\9", "regex": True}, InvalidArgument),
    ("set_tags", {"add": ["no tag"]}, InvalidArgument),
    ("set_tags", {"add": ["2026"]}, InvalidArgument),
    ("set_tags", {}, InvalidArgument),
    ("set_frontmatter", {"key": "a: b", "value": "x"}, InvalidArgument),
    ("set_frontmatter", {"key": "a\nb", "value": "x"}, InvalidArgument),
]


@pytest.mark.parametrize(("tool", "arguments", "refusal"), REFUSED)
def test_an_edit_that_is_not_clear_changes_nothing(
    plan: Notes, tool: str, arguments: dict[str, Any], refusal: type[HermesError]
) -> None:
    with pytest.raises(refusal):
        plan.call(tool, path="Plan", **arguments)
    assert plan.text("Plan") == NOTE


def test_properties_begin_and_end_with_the_first_and_last_of_them(notes: Notes) -> None:
    notes.write("Bare", "# Bare\n")
    notes.call("set_frontmatter", path="Bare", key="status", value="open")
    assert notes.text("Bare") == "---\nstatus: open\n---\n# Bare\n"
    notes.call("set_frontmatter", path="Bare", key="status")
    assert notes.text("Bare") == "# Bare\n"


BOMBS = {
    "aliases": "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "tag": "a: !!python/object/apply:os.system ['true']\n",
    "binary": "a: !!binary aGk=\n",
    "deep": "a: " + "[" * 5_000 + "]" * 5_000 + "\n",
    "many": "".join(f"k{n}: v\n" for n in range(3_000)),
    "long": "a: " + "x" * 100_000 + "\n",
    "no yaml": "a: [1\nb: {\n",
    "a list": "- a\n- b\n",
    "text": "just text\n",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_properties_that_would_grow_or_cannot_be_read_are_left_alone(notes: Notes, bomb: str) -> None:
    text = f"---\n{bomb}---\nbody #tag\n"
    notes.write("Bomb", text)
    for tool, arguments in (
        ("set_frontmatter", {"key": "x", "value": "y"}),
        ("set_tags", {"add": ["x"]}),
    ):
        with pytest.raises(Conflict):
            notes.call(tool, path="Bomb", **arguments)
    assert notes.files() == {"Bomb.md": text.encode()}
    assert notes.call("get_note", path="Bomb", format="map")["properties"] == {}
    assert [t["tag"] for t in notes.call("list_tags")["tags"]] == ["tag"]
    assert notes.call("search", query="x", mode="property")["notes"] == []


def test_odd_values_are_told_as_text_and_numbers_agents_can_read(notes: Notes) -> None:
    notes.write(
        "Odd",
        "---\na: 1:30:00:00:00:00:00:00:00:00:00\nb: .nan\nc: 1e999\nd: 0x" + "f" * 40 + "\n5: x\n---\n",
    )
    held = notes.call("get_note", path="Odd", format="map")["properties"]
    assert all(isinstance(value, str) for value in held.values())
    assert held["5"] == "x"


KEYS = st.text("abcdefgh", min_size=1, max_size=4)
VALUES = st.one_of(
    st.text(max_size=20).filter(lambda t: t.isprintable()),
    st.booleans(),
    st.integers(-1000, 1000),
    st.lists(st.text("abc -:#[]{}'\"", max_size=6), max_size=4),
)


@given(st.dictionaries(KEYS, VALUES, max_size=5), KEYS, VALUES)
def test_a_property_that_is_set_is_read_again_and_the_others_stay(
    held: dict[str, Any], name: str, value: Any
) -> None:
    text = "body\n"
    for key, one in held.items():
        text = properties.changed(text, key, one)
    changed = properties.changed(text, name, value)
    assert properties.of(changed) == {**held, name: value}
    assert changed.endswith("body\n")
    assert properties.of(properties.changed(changed, name, None)) == {
        k: v for k, v in held.items() if k != name
    }
