"""Files stay small, names say something, and nothing of one machine gets into the tree."""

import re
from pathlib import Path

from tests.architecture.tree import PACKAGES, ROOT, kept_files, modules

LINES = 300
COMPILED = {"requirements.txt", "requirements-production.txt"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "services", "service", "manager", "managers", "misc"}
# An absolute path of somebody's machine, or a reference to a folder beside the repository.
OF_ONE_MACHINE = re.compile(r"(?<![\w.~-])/(?:work|home/\w+|root|Users)/[\w.-]+|(?<![\w.])\.\./shared\b")
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".html", ".css", ".js", ".txt", ".puml", ".sh", ".cfg", ""}


def test_no_source_file_is_longer_than_the_cap() -> None:
    long = [
        f"{path}: {lines} lines"
        for path in kept_files()
        if path.suffix == ".py" and "migrations" not in path.parts
        if (lines := len((ROOT / path).read_text().splitlines())) > LINES
    ]
    assert not long


def test_modules_are_named_for_a_subject() -> None:
    vague = [p for p in modules() if EMPTY_NAMES & {p.stem, *p.parts[1:-1]} and "commands" not in p.parts]
    assert not vague


def test_nothing_in_the_tree_names_a_place_outside_it() -> None:
    strays = [
        f"{path}:{number} {line.strip()[:120]}"
        for path in kept_files()
        if path.suffix in TEXT and path.name not in COMPILED and path != Path(__file__).relative_to(ROOT)
        for number, line in enumerate((ROOT / path).read_text(errors="replace").splitlines(), 1)
        if OF_ONE_MACHINE.search(line)
    ]
    assert not strays


def test_every_package_is_one_the_tests_know() -> None:
    packages = {p.parts[0] for p in kept_files() if p.name == "__init__.py"} - {"tests", "docs"}
    assert packages == set(PACKAGES)
