"""Paths: nothing that is said leads out of the vault, and one note has one name."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from connectors.obsidian import paths
from connectors.obsidian.limits import DEPTH, SEGMENT_BYTES
from connectors.obsidian.tests.conftest import TOOLS, Notes
from hermes.core.errors import HermesError, InvalidArgument

OUTWARD = [
    "../secret.md",
    "a/../../secret.md",
    "..",
    ".",
    "/etc/passwd",
    "//etc/passwd",
    "a//b",
    "..\\secret.md",
    "a\\..\\b",
    "C:\\secret",
    "C:secret",
    "%2e%2e%2fsecret",
    "%2E%2E/secret",
    "%252e%252e%252fsecret",
    "a%00b",
    "a%5c..%5cb",
    "‥/secret",
    "\uff0e\uff0e/secret",
    "a\uff0f..\uff0fb",
    "..\uff3csecret",
    ".obsidian/plugins/x/main.md",
    ".trash",
    ".hermes/lock",
    "a/.git/config",
    "con",
    "NUL.md",
    "a/Com1.txt.md",
    "a\nb",
    "a\x7fb",
    "\u202egpj.md",
    "a\u200bb",
    "\U000e0041",
    "a\u2028b",
    "note ",
    "note.",
    " note",
    "a /b",
    "x" * 300,
    "é" * 120,
    "/".join("d" * 50),
    "a#b",
    "a|b",
    "a[[b]]",
    "a^b",
]
ANY = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["..", ".", "a", "B", "b.md", "ü", "u\u0308", "\uff0f", "\\", "%2e", "/", "con", " ", "😀"]
        ),
        max_size=8,
    ).map("/".join),
    st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "replace")),
)


@pytest.mark.parametrize("path", OUTWARD, ids=json.dumps)
def test_va01_va05_a_path_that_leads_elsewhere_or_cannot_be_stored_everywhere_is_refused(
    notes: Notes, path: str
) -> None:
    for tool in TOOLS.values():
        for name in {"path", "to"} & set(tool.example):
            arguments = {**tool.example, name: path}
            if tool.name == "obsidian_list_notes" and path == ".trash":
                continue  # it may be listed
            with pytest.raises(InvalidArgument) as refused:
                notes.call(tool.name.removeprefix("obsidian_"), **arguments)
            assert refused.value.details["argument"] == name
    assert notes.files() == {}


def test_va01_what_is_no_utf8_or_holds_nul_is_refused_before_any_tool(notes: Notes) -> None:
    for path in ("a\x00b", "\udcc0\udcae", "\ud800"):
        with pytest.raises(InvalidArgument):
            notes.call("get_note", path=path)


@given(ANY)
def test_a_path_is_refused_or_stays_inside(text: str) -> None:
    try:
        parts = paths.file(text, new=True)
    except InvalidArgument:
        return
    assert 0 < len(parts) <= DEPTH
    for segment in parts:
        assert segment not in ("", ".", "..")
        assert not {"/", "\\", "\x00"} & {*segment}
        assert not segment.startswith(".")
        assert len(segment.encode()) <= SEGMENT_BYTES
        assert unicodedata.is_normalized("NFC", segment)
    inside = Path("/vault").joinpath(*parts)
    assert inside.is_relative_to("/vault")
    assert Path("/vault") in inside.parents
    assert paths.file(paths.shown(parts), new=True) == parts


@given(ANY)
def test_whatever_a_note_is_called_it_is_refused_or_written_once_and_found_again(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    notes = Notes(tmp_path_factory.mktemp("any") / "vault")
    try:
        written = notes.call("write_note", path=text, content="x")
    except InvalidArgument:
        assert notes.files() == {}
        return
    assert notes.files() == {written["path"]: b"x"}
    assert notes.text(written["path"]) == "x"
    assert notes.text(text) == "x"


TWINS = [
    ("Café.md", "Cafe\u0301.md"),
    ("Plan.md", "PLAN.md"),
    ("Plan.md", "plan"),
    ("Ideen/Über uns", "ideen/u\u0308BER UNS"),
    ("Ångström", "A\u030angstro\u0308m"),
]


@pytest.mark.parametrize(("first", "second"), TWINS)
def test_va04_spellings_of_one_name_are_one_note(notes: Notes, first: str, second: str) -> None:
    written = notes.call("write_note", path=first, content="first")
    with pytest.raises(HermesError) as refused:
        notes.call("write_note", path=second, content="second")
    assert refused.value.code == "conflict"
    assert notes.text(second) == "first"
    notes.call("append", path=second, content="more")
    assert notes.files() == {written["path"]: b"first\nmore\n"}


def test_va04_folders_of_one_name_are_one_folder(notes: Notes) -> None:
    notes.write("Projects/One", "1")
    notes.write("PROJECTS/Two", "2")
    assert set(notes.files()) == {"Projects/One.md", "Projects/Two.md"}


def test_va05_names_at_the_limits_are_kept_whole(notes: Notes) -> None:
    for name in (
        "n" * (SEGMENT_BYTES - 3),
        "日本語のノート",
        "emoji 😀 👨‍👩‍👧",
        "v1.2 notes",
        "/".join("d" * DEPTH),
    ):
        assert notes.text(notes.write(name, name)["path"]) == name
    with pytest.raises(InvalidArgument):
        notes.write("/".join("d" * (DEPTH + 1)), "x")


def test_a_name_that_not_every_system_stores_can_be_read_but_not_made(notes: Notes) -> None:
    notes.write("Plan", "x")
    (notes.folder / "Plan.md").rename(notes.folder / "What now?.md")
    assert notes.text("What now?") == "x"
    with pytest.raises(InvalidArgument):
        notes.write("What then?", "x")
    notes.call("move_note", path="What now?", to="What now")
    assert notes.files() == {"What now.md": b"x"}


def test_a_folder_in_the_way_of_a_note_is_told(notes: Notes) -> None:
    notes.write("Plan.md/Next.md", "x")
    with pytest.raises(HermesError) as refused:
        notes.write("Plan", "y")
    assert refused.value.code == "conflict"
    with pytest.raises(HermesError) as refused:
        notes.write("Plan.md/Next.md/Deep", "y")
    assert refused.value.code == "conflict"
    assert notes.files() == {"Plan.md/Next.md": b"x"}
