"""Moving: whatever led somewhere before leads there after, counted over the whole vault."""

import pytest

from connectors.obsidian import links
from connectors.obsidian.links import Files
from connectors.obsidian.tests.conftest import Notes
from hermes.core.errors import Conflict, InvalidArgument, NotFound

VAULT = {
    "Home": "[[Plan]] [[plan|the plan]] ![[Plan#Next]] [[Plan#^goal]] [[Projects/Plan]] "
    "[[Projects/Plan.md#Next|n]]\n[a](Projects/Plan.md) [b](Projects/Plan.md#next) "
    "![c](Projects/Plan.md) [d](<Projects/Plan.md>) "
    "[web](https://example.org/Plan.md) [[Nowhere]] [[#Here]]\n"
    "`[[Plan]]`\n```\n[[Plan]]\n```\n%% [[Plan]] %%\n\n[ref]: Projects/Plan.md\n",
    "Projects/Plan": '---\nnext: "[[Budget]]"\nup: "[[Home|top]]"\n---\n# Plan\n[[Budget]] [x](Budget.md) '
    "[y](../Home.md) [[../Home]] [[./Budget]]\n## Next\ngoal ^goal\n[[#Next]] [[Plan#Next]]\n",
    "Projects/Budget": "| [[Plan\\|p]] | ![[Plan#^goal\\|g]] |\n",
    "Archive/Budget": "[[Projects/Budget]] [[Budget]]\n",
    "Archive/2025/Notes": "[up](../../Projects/Plan.md) [[Plan]]\n",
}
CANVAS = (
    '{"nodes":[{"id":"1","type":"file","file":"Projects/Plan.md"},{"id":"2","type":"file","file":"Home.md"}]}'
)


@pytest.fixture
def linked(notes: Notes) -> Notes:
    """Notes that link to each other in every way Obsidian knows."""
    for path, text in VAULT.items():
        notes.write(path, text)
    (notes.folder / "Board.canvas").write_text(CANVAS)
    return notes


def led(notes: Notes, moved: dict[str, str] | None = None) -> list[tuple[str, str, str, str | None]]:
    """Every link with where it leads; names of before the move where `moved` maps them."""
    back = {new: old for old, new in (moved or {}).items()}
    files = Files(notes.files())
    found = []
    for path, data in notes.files().items():
        reader = links.of_canvas if path.endswith(".canvas") else links.of_note
        for link in sorted(reader(data.decode()), key=lambda each: each.start):
            target = files.resolve(link, path)
            found.append((back.get(path, path), link.kind, link.rest, back.get(target or "", target)))
    return sorted(found, key=str)


MOVES = [
    ("Projects/Plan.md", "Archive/2025/Great plan (new).md"),
    ("Projects/Plan.md", "Plan.md"),
    ("Projects/Plan.md", "Projects/PLAN.md"),
    ("Projects/Plan.md", "Archive/Budget 2.md"),
    ("Projects/Plan.md", "Änderungen & Co/100 % Plan.md"),
    ("Projects/Budget.md", "Finance/Budget.md"),
    ("Projects/Budget.md", "Budget.md"),
    ("Archive/Budget.md", "Budget.md"),
    ("Archive/Budget.md", "A/B/C/Budget.md"),
    ("Home.md", "Start/Here.md"),
    ("Archive/2025/Notes.md", "Notes.md"),
]


@pytest.mark.parametrize(("old", "new"), MOVES)
def test_every_link_leads_where_it_led(linked: Notes, old: str, new: str) -> None:
    before = led(linked)
    assert sum(target is not None for *_, target in before) > 25
    moved = linked.call("move_note", path=old, to=new)
    assert moved["path"] == new
    assert led(linked, {old: new}) == before
    linked.call("move_note", path=new, to=old)
    assert led(linked) == before


def test_what_is_no_link_is_not_touched_and_shown_texts_stay(linked: Notes) -> None:
    linked.call("move_note", path="Projects/Plan", to="Archive/Great plan")
    text = linked.text("Home")
    assert "`[[Plan]]`\n```\n[[Plan]]\n```\n%% [[Plan]] %%" in text
    assert "[[Great plan|the plan]] ![[Great plan#Next]] [[Great plan#^goal]]" in text
    assert "[web](https://example.org/Plan.md) [[Nowhere]] [[#Here]]" in text
    assert "[b](Archive/Great%20plan.md#next)" in text
    assert "[[Great plan\\|p]]" in linked.text("Projects/Budget")


def test_links_stay_as_they_are_where_nobody_wants_them_changed(linked: Notes) -> None:
    before = {path: data for path, data in linked.files().items() if path != "Projects/Plan.md"}
    moved = linked.call("move_note", path="Projects/Plan", to="Other", update_links=False)
    assert moved["links_updated"] == 0
    after = linked.files()
    assert {path: data for path, data in after.items() if path != "Other.md"} == before


def test_what_comes_back_from_the_trash_is_linked_again(linked: Notes) -> None:
    before = led(linked)
    gone = linked.call("delete_note", path="Projects/Plan")["trashed_to"]
    assert sum(t is None for *_, t in led(linked)) > sum(t is None for *_, t in before)
    linked.call("move_note", path=gone, to="Projects/Plan.md")
    assert led(linked) == before


def test_a_move_onto_another_file_or_to_another_kind_is_refused(linked: Notes) -> None:
    before = linked.files()
    for to, refusal in (("Home", Conflict), ("HOME.md", Conflict), ("Plan.png", InvalidArgument)):
        with pytest.raises(refusal):
            linked.call("move_note", path="Projects/Plan", to=to)
    with pytest.raises(NotFound):
        linked.call("move_note", path="Nobody", to="Somebody")
    assert linked.files() == before


def test_into_a_folder_the_name_stays(linked: Notes) -> None:
    assert linked.call("move_note", path="Home", to="Start/")["path"] == "Start/Home.md"


def test_backlinks_name_each_link_with_its_line(linked: Notes) -> None:
    told = linked.call("get_backlinks", path="projects/plan", limit=100)["backlinks"]
    assert {link["path"] for link in told} == {
        "Home.md",
        "Projects/Budget.md",
        "Archive/2025/Notes.md",
        "Board.canvas",
    }
    assert sum(link["path"] == "Home.md" for link in told) == 11
    assert [link["embed"] for link in told if link["path"] == "Projects/Budget.md"] == [False, True]
