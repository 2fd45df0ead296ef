"""A new platform is one new folder with its stand-in and no edit elsewhere; `make connector` begins both."""

import importlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import connectors
from connectors import sandbox
from connectors.kit.connector import Connector
from connectors.kit.scaffold import main
from connectors.registry import all_connectors, all_tools
from connectors.tests.behaviour import BEHAVIOUR
from connectors.tests.contract import DECLARATION
from connectors.tests.dialling import DIALLING
from connectors.tests.sparing import SPARING
from connectors.tests.vaults import VAULTS

ROOT = Path(connectors.__file__).parents[1]
OWN_TESTS = "connectors.harbour.tests.test_tools"


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Connector]:
    """A connector begun in a folder outside this tree, put on the search path of `connectors`."""
    assert main(["harbour", "--title", "Harbour Mast", "--into", str(tmp_path)]) == 0
    connectors.__path__.append(str(tmp_path))
    sandbox.__path__.append(str(tmp_path / "sandbox"))
    _forget()
    yield all_connectors()["harbour"]
    connectors.__path__.remove(str(tmp_path))
    sandbox.__path__.remove(str(tmp_path / "sandbox"))
    _forget()


def test_a_new_folder_is_found(harbour: Connector) -> None:
    assert all_tools()["harbour_send_message"][0] is harbour
    assert harbour.name == "Harbour Mast"
    assert "whatsapp" in all_connectors()


@pytest.mark.parametrize(
    "check", [*DECLARATION, *BEHAVIOUR, *VAULTS, *DIALLING, *SPARING], ids=lambda check: check.__name__
)
def test_a_new_folder_keeps_the_contract(harbour: Connector, check: Callable[[Connector], None]) -> None:
    check(harbour)


def test_its_own_tests_pass_over_its_stand_in(harbour: Connector) -> None:
    tests = [
        test for name, test in vars(importlib.import_module(OWN_TESTS)).items() if name.startswith("test_")
    ]
    assert len(tests) >= 5
    for test in tests:
        test()


def test_what_is_written_keeps_the_style(harbour: Connector, tmp_path: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(ROOT / "pyproject.toml")]
    ignored = ["--ignore", "INP001,I001,S101,D1"]  # as in the tree, where it is a package and tests are known
    for command in (["check", "--no-cache", *ignored], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [*ruff, *command, *config, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    texts = [path.read_text() for path in tmp_path.rglob("*.*") if path.is_file() and path.suffix != ".pyc"]
    assert not [text for text in texts if re.search(r"@\w+@", text)]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "make connector name="),
        ("Slack", "is no name"),
        ("slack-2", "is no name"),
        ("../up", "is no name"),
        ("s", "is no name"),
        ("x" * 17, "is no name"),
        ("class", "means something else"),
        ("sandbox", "means something else"),
        ("tools", "means something else"),
        ("whatsapp", "choose another name"),
    ],
)
def test_a_bad_or_taken_name_is_refused_in_one_sentence(
    name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set((ROOT / "connectors").rglob("*.py"))
    assert main([name]) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == 1
    assert (said.out, set((ROOT / "connectors").rglob("*.py"))) == ("", before)


@pytest.mark.parametrize("title", ['Sl"ack', "x" * 31, " ", "a\nb", "<b>"])
def test_a_title_that_would_break_the_files_is_refused(
    title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["slack", "--title", title, "--into", str(tmp_path)]) == 2
    assert "is no title" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_and_what_to_do_next_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["slack", "--into", str(tmp_path)])
    told = capsys.readouterr().out
    written = [path for path in tmp_path.rglob("*.*") if path.is_file() and path.suffix != ".pyc"]
    assert len(written) > 10
    assert all(str(path) in told for path in written)
    assert "docs.generate" in told


def test_a_folder_that_is_gone_is_forgotten() -> None:
    assert "harbour" not in all_connectors()


def _forget() -> None:
    begun = ("connectors.harbour", "connectors.sandbox.harbour")
    for name in [name for name in sys.modules if name.startswith(begun)]:
        del sys.modules[name]
    importlib.invalidate_caches()
    all_connectors.cache_clear()
    all_tools.cache_clear()
