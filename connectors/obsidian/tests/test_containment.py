"""What lies on the disk beside a vault's own regular files is never read, followed or written through."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.obsidian import archives
from connectors.obsidian.tests.conftest import Notes
from hermes.core.errors import Conflict, HermesError, NotFound

SECRET = "secret-of-another-customer"
SWAPS = 1_000


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the vault, with a note of somebody else."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "note.md").write_text(SECRET)
    return folder


PLANTS: dict[str, Callable[[Path, Path], None]] = {
    "symlink": lambda target, at: at.symlink_to(target),
    "hard link": lambda target, at: at.hardlink_to(target),
    "fifo": lambda _, at: os.mkfifo(at),
}


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_va02_a_link_or_device_for_a_note_is_no_note(
    notes: Notes, outside: Path, plant: Callable[[Path, Path], None]
) -> None:
    notes.write("Plan", f"the {SECRET[:6]} plan")
    plant(outside / "note.md", notes.folder / "note.md")
    for tool, more in (
        ("get_note", {}),
        ("delete_note", {"trash": False}),
        ("move_note", {"to": "taken.md"}),
        ("patch", {"target": "x", "op": "append", "content": "x"}),
        ("get_backlinks", {}),
    ):
        with pytest.raises(NotFound):
            notes.call(tool, path="note.md", **more)
    assert [f["path"] for f in notes.call("list_notes")["files"]] == ["Plan.md"]
    assert [n["path"] for n in notes.call("search", query="secret")["notes"]] == ["Plan.md"]
    assert (outside / "note.md").read_text() == SECRET


def test_va02_writing_where_a_link_is_leaves_what_it_leads_to(notes: Notes, outside: Path) -> None:
    notes.write("Plan", "plan")
    (notes.folder / "note.md").symlink_to(outside / "note.md")
    with contextlib.suppress(HermesError):
        notes.call("write_note", path="note", content="mine", overwrite=True)
    assert (outside / "note.md").read_text() == SECRET


def test_va02_a_link_for_a_folder_leads_nowhere(notes: Notes, outside: Path, tmp_path: Path) -> None:
    notes.write("Plan", "plan")
    (notes.folder / "linked").symlink_to(outside)
    (notes.folder / ".trash").symlink_to(outside)
    with pytest.raises(NotFound):
        notes.text("linked/note")
    with pytest.raises(Conflict):
        notes.write("linked/new", "x")
    with pytest.raises(Conflict):
        notes.call("delete_note", path="Plan")
    assert notes.text("Plan") == "plan"
    packed = tmp_path / "out.zip"
    with packed.open("w+b") as target:
        assert notes.run(archives.save, target) == 1
    assert [path.name for path in outside.iterdir()] == ["note.md"]


def test_va02_a_vault_that_is_a_link_itself_is_not_opened(notes: Notes, outside: Path) -> None:
    notes.folder.symlink_to(outside)
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        notes.text("note")


def test_va02_a_folder_swapped_for_a_link_a_thousand_times_never_lets_anything_out(
    notes: Notes, outside: Path
) -> None:
    notes.write("Team/note", "ours")
    team, kept = notes.folder / "Team", notes.folder / "Kept"
    is_over = threading.Event()

    def swap() -> None:
        while not is_over.is_set():
            team.rename(kept)
            with contextlib.suppress(OSError):
                team.symlink_to(outside)
                team.unlink()
            while kept.exists():
                try:
                    kept.rename(team)
                except OSError:  # a write has made the folder anew
                    shutil.rmtree(team, ignore_errors=True)

    thread = threading.Thread(target=swap)
    thread.start()
    seen, written = set(), 0
    try:
        for turn in range(SWAPS):
            with contextlib.suppress(HermesError, OSError):
                seen.add(notes.text("Team/note"))
            if turn % 10 == 0:
                with contextlib.suppress(HermesError, OSError):
                    notes.write(f"Team/new {turn % 40}", "ours")
                    written += 1
    finally:
        is_over.set()
        thread.join()
    assert SECRET not in seen
    assert "ours" in seen
    assert written
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"note.md": SECRET}
