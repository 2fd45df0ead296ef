"""Writing: nothing by chance, nothing by halves, nothing beyond the plan."""

import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest

from connectors.obsidian import vault
from connectors.obsidian.limits import CONTENT_CHARS
from connectors.obsidian.tests.conftest import Notes
from hermes.core.errors import Conflict, HermesError, NotFound, PlanLimit, TooLarge


def test_a_note_is_not_overwritten_by_chance(notes: Notes) -> None:
    notes.call("write_note", path="Plan", content="first")
    with pytest.raises(Conflict):
        notes.call("write_note", path="Plan", content="second")
    assert notes.text("Plan") == "first"
    assert notes.call("write_note", path="Plan", content="third", overwrite=True)["created"] is False


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("write_note", {"content": "mine"}),
        ("patch", {"target": "Top", "op": "append", "content": "mine"}),
        ("replace_text", {"search": "theirs", "replace": "mine"}),
        ("set_frontmatter", {"key": "status", "value": "mine"}),
    ],
)
def test_who_read_an_older_version_changes_nothing(
    notes: Notes, tool: str, arguments: dict[str, object]
) -> None:
    read = notes.write("Plan", "# Top\nold")
    now = notes.write("Plan", "# Top\ntheirs")
    with pytest.raises(Conflict) as refused:
        notes.call(tool, path="Plan", if_match=read["version"], **arguments)
    assert refused.value.details["version"] == now["version"]
    assert notes.text("Plan") == "# Top\ntheirs"
    told = notes.call(tool, path="Plan", if_match=now["version"], **arguments)
    assert notes.call("get_note", path="Plan")["version"] == told["version"] != now["version"]


def test_a_version_of_a_note_that_is_gone_writes_nothing(notes: Notes) -> None:
    read = notes.write("Plan", "x")
    notes.call("delete_note", path="Plan", trash=False)
    with pytest.raises(NotFound):
        notes.call("write_note", path="Plan", content="y", if_match=read["version"])
    assert notes.files() == {}


def test_va06_a_byte_or_a_file_too_many_is_refused_and_what_is_there_stays(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "vault", limit_bytes=100, limit_files=3)
    notes.write("a", "a" * 60)
    notes.write("b", "b" * 40)
    for path, content in (("b", "b" * 41), ("c", "c"), ("a", "a" * 61)):
        with pytest.raises(PlanLimit):
            notes.write(path, content)
    with pytest.raises(PlanLimit):
        notes.call("append", path="b", content="x")
    assert notes.files() == {"a.md": b"a" * 60, "b.md": b"b" * 40}
    notes.write("a", "a" * 50)
    notes.write("c", "c" * 10)
    with pytest.raises(PlanLimit):
        notes.write("d", "")
    assert set(notes.files()) == {"a.md", "b.md", "c.md"}


def test_a_vault_that_a_smaller_plan_does_not_fit_may_shrink(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "vault")
    notes.write("a", "a" * 90)
    notes.write("b", "b" * 90)
    notes.limit_bytes, notes.limit_files = 100, 1
    notes.write("a", "a" * 10)
    notes.call("delete_note", path="b", trash=False)
    with pytest.raises(PlanLimit):
        notes.write("c", "c")


def test_the_trash_makes_room_oldest_first_and_what_is_too_old_goes(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "vault", limit_bytes=100)
    for name in ("old", "new"):
        notes.write(name, name[0] * 30)
        notes.call("delete_note", path=name)
    past = time.time() - 3600
    os.utime(notes.folder / ".trash" / "old.md", (past, past))
    notes.write("big", "x" * 60)
    assert [f["path"] for f in notes.call("list_notes", path=".trash")["files"]] == [".trash/new.md"]
    past = time.time() - 31 * 86_400
    os.utime(notes.folder / ".trash" / "new.md", (past, past))
    notes.write("big", "x")
    with pytest.raises(NotFound):
        notes.call("list_notes", path=".trash")


def test_va06_parallel_writers_never_exceed_the_plan(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "vault", limit_bytes=1_000, limit_files=10)
    refused: list[HermesError] = []

    def write(writer: int) -> None:
        for turn in range(6):
            try:
                notes.call("write_note", path=f"{writer} {turn}", content="x" * 90)
            except PlanLimit as full:
                refused.append(full)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes.files()) == 10
    assert len(refused) == 14
    assert sum(len(data) for data in notes.files().values()) <= 1_000


def _append(folder: Path, writer: int) -> None:
    for turn in range(10):
        Notes(folder).call("append", path="Log", content=f"{writer}.{turn}")


def test_processes_that_add_to_one_note_lose_nothing(notes: Notes) -> None:
    notes.write("Log", "")
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=_append, args=(notes.folder, n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = notes.text("Log").split()
    assert sorted(lines) == sorted(f"{n}.{turn}" for n in range(3) for turn in range(10))
    for n in range(3):
        assert [line for line in lines if line.startswith(f"{n}.")] == [f"{n}.{turn}" for turn in range(10)]


def test_a_vault_that_stays_busy_is_told(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.write("Plan", "x")
    monkeypatch.setattr(vault, "LOCK_S", 0.1)
    root = os.open(notes.folder, os.O_RDONLY)
    with vault.locked(root), pytest.raises(Conflict):
        notes.write("Plan", "y")
    os.close(root)
    notes.write("Plan", "y")


def test_what_fails_half_way_changes_nothing_and_leaves_nothing(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write("Plan", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("connectors.obsidian.change.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            notes.write("Plan", "new")
    assert notes.text("Plan") == "old"
    assert [*(notes.folder / ".hermes" / "stage").iterdir()] == []


def test_what_a_dead_writer_left_is_cleared(notes: Notes) -> None:
    notes.write("Plan", "old")
    (notes.folder / ".hermes" / "stage" / "left").write_text("x" * 1000)
    notes.write("Plan", "new")
    assert [*(notes.folder / ".hermes" / "stage").iterdir()] == []


def test_a_note_grows_to_its_limit_and_not_beyond(notes: Notes) -> None:
    for _ in range(2):
        notes.call("append", path="Log", content="x" * CONTENT_CHARS)
    before = notes.files()
    with pytest.raises(TooLarge):
        notes.call("append", path="Log", content="x" * CONTENT_CHARS)
    assert notes.files() == before


def test_deleting_keeps_what_was_deleted_before_under_the_same_name(notes: Notes) -> None:
    for content in ("one", "two"):
        notes.write("Plan", content)
        notes.call("delete_note", path="Plan")
    held = notes.call("list_notes", path=".trash")["files"]
    assert {notes.text(file["path"]) for file in held} == {"one", "two"}
    notes.call("delete_note", path=".trash/Plan.md", trash=False)
    assert len(notes.call("list_notes", path=".trash")["files"]) == 1
