"""Archives made by somebody else: nothing leads out, nothing fills the disk or the memory, all or nothing."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from connectors.kit.vaults import Imported
from connectors.obsidian import archives
from connectors.obsidian.limits import FILE_BYTES, NOTE_BYTES
from connectors.obsidian.tests.conftest import Notes
from hermes.core.errors import InvalidArgument, PlanLimit, TooLarge


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files:
            target.writestr(name, data)
    return archive.getvalue()


def bring_in(notes: Notes, body: bytes, *, overwrite: bool = False) -> Imported:
    done: Imported = notes.run(archives.load, io.BytesIO(body), overwrite)
    return done


SLIPS = [
    "../evil.md",
    "a/../../evil.md",
    "/evil.md",
    "//evil.md",
    "..\\evil.md",
    "C:\\evil.md",
    "C:evil.md",
    "a/./../../evil.md",
    "‥/evil.md",
    "a//evil.md",
    "%2e%2e%2fevil.md",
    "con.md",
    "e\u202evil.md",
    "x" * 250 + ".md",
    "/".join("d" * 40) + "/evil.md",
]


@pytest.mark.parametrize("name", SLIPS)
def test_a_name_that_leads_elsewhere_is_left_out_and_told(notes: Notes, name: str) -> None:
    done = bring_in(notes, packed((name, b"evil"), ("Good.md", b"good")))
    assert (done.added, done.skipped_count) == (1, 1)
    assert done.skipped[0][1] == "its name cannot be used in a vault"
    assert notes.files() == {"Good.md": b"good"}
    assert {path.name for path in notes.folder.parent.iterdir()} == {"vault"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_link_or_device_is_left_out(notes: Notes, kind: int) -> None:
    entry = zipfile.ZipInfo("link.md")
    entry.external_attr = (kind | 0o777) << 16
    done = bring_in(notes, packed((entry, b"/etc/passwd"), ("Good.md", b"good")))
    assert done.skipped == (("link.md", "it is a link or device"),)
    assert notes.files() == {"Good.md": b"good"}


def test_settings_plugins_and_programs_stay_out(notes: Notes) -> None:
    body = packed(
        (".obsidian/plugins/evil/main.js", b"x"),
        (".git/config", b"x"),
        ("a/.hidden.md", b"x"),
        (".hermes/lock", b"x"),
        (".trash/old.md", b"x"),
        ("__MACOSX/._Good.md", b"x"),
        ("run.sh", b"x"),
        ("page.html", b"x"),
        ("no ending", b"x"),
        ("Good.md", b"good"),
    )
    done = bring_in(notes, body)
    assert (done.added, done.skipped_count) == (1, 9)
    assert notes.files() == {"Good.md": b"good"}


def test_a_bomb_ends_where_the_plan_ends(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "vault", limit_bytes=3_000_000)
    notes.write("Kept", "kept")
    body = packed(*((f"{n}.png", bytes(2_000_000)) for n in range(200)))
    assert len(body) < 1_000_000
    with pytest.raises(PlanLimit):
        bring_in(notes, body)
    assert notes.files() == {"Kept.md": b"kept"}
    assert [*(notes.folder / ".hermes" / "stage").iterdir()] == []


def test_a_file_too_large_is_left_out_whatever_its_header_says(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "vault", limit_bytes=100_000_000)
    body = packed(("big.md", bytes(NOTE_BYTES + 1)), ("big.png", bytes(FILE_BYTES + 1)), ("Good.md", b"good"))
    done = bring_in(notes, body)
    assert (done.added, done.skipped_count) == (1, 2)
    assert notes.files() == {"Good.md": b"good"}


def test_entries_that_share_their_bytes_are_counted_one_by_one(tmp_path: Path) -> None:
    """The bomb that overlaps: one body, named by many entries of the directory."""
    whole = packed(("a0000.png", bytes(1_000_000)))
    at = whole.index(b"PK\x01\x02")
    entry, end = whole[at : whole.index(b"PK\x05\x06")], whole[whole.index(b"PK\x05\x06") :]
    entries = [entry.replace(b"a0000", f"a{n:04}".encode()) for n in range(3_000)]
    directory = b"".join(entries)
    tail = end[:8] + struct.pack("<HHII", 3_000, 3_000, len(directory), at) + end[20:]
    notes = Notes(tmp_path / "vault", limit_bytes=20_000_000)
    with pytest.raises((PlanLimit, InvalidArgument)):
        bring_in(notes, whole[:at] + directory + tail)
    assert notes.files() == {}


def test_a_directory_that_would_fill_the_memory_is_not_read(notes: Notes) -> None:
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 60_000, 60_000, 2**31, 0, 0)
    for body in (b"x" * 1_000 + end, b"PK\x06\x07" + bytes(16) + end, end + b"PK\x05\x06" + bytes(18)):
        with pytest.raises(TooLarge):
            bring_in(notes, body)


def test_two_names_that_are_one_keep_the_first_and_tell_the_second(notes: Notes) -> None:
    done = bring_in(
        notes, packed(("Plan.md", b"1"), ("PLAN.md", b"2"), ("plan.MD", b"3"), ("Cafe\u0301.md", b"4"))
    )
    assert (done.added, done.skipped_count) == (2, 2)
    assert notes.files() == {"Plan.md": b"1", "Café.md": b"4"}


def test_the_folder_of_a_vault_is_taken_as_the_vault(notes: Notes) -> None:
    bring_in(
        notes, packed(("Brain/.obsidian/app.json", b"{}"), ("Brain/Home.md", b"1"), ("Brain/A/B.md", b"2"))
    )
    assert notes.files() == {"Home.md": b"1", "A/B.md": b"2"}


def test_a_broken_entry_brings_nothing_in(notes: Notes) -> None:
    body = bytearray(packed(("A.md", b"a" * 5_000), ("B.md", bytes(range(256)) * 40)))
    at = body.index(b"B.md") + 60
    body[at : at + 20] = bytes(20)
    with pytest.raises(InvalidArgument):
        bring_in(notes, bytes(body))
    assert notes.files() == {}


WRECKS: list[Callable[[bytes, int], bytes]] = [
    lambda body, at: body[:at],
    lambda body, at: body[at:],
    lambda body, at: body[:at] + b"\xff" + body[at + 1 :],
    lambda body, at: body[:at] + body[at + 3 :],
]


@given(st.integers(0, 400), st.sampled_from(WRECKS))
def test_an_archive_that_was_damaged_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, at: int, wreck: Callable[[bytes, int], bytes]
) -> None:
    notes = Notes(tmp_path_factory.mktemp("wreck") / "vault")
    body = wreck(packed(("A.md", b"aaaa"), ("Folder/B.md", b"bbbb"), ("pic.png", b"\x89")), at)
    try:
        bring_in(notes, body)
    except (InvalidArgument, TooLarge, PlanLimit):
        assert notes.files() == {}
    assert {path.name for path in notes.folder.parent.iterdir()} <= {"vault"}
