"""`make ready`: a virtual environment that matches requirements.txt, made once."""

import ast
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hermes.local import bootstrap


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of its own whose requirements.txt asks for nothing, so that no network is needed."""
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv/.hermes-requirements")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", tmp_path / "requirements.txt")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def refuse(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("nothing was to be run")


def test_makes_the_environment_once_and_again_when_the_requirements_change(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.main()
    assert bootstrap.version_of(str(place / ".venv/bin/python")) in bootstrap.SUPPORTED
    assert "Dependencies are in place" in capsys.readouterr().out

    with monkeypatch.context() as second:
        second.setattr(bootstrap, "install", refuse)
        bootstrap.main()
    assert capsys.readouterr().out == ""

    (place / "requirements.txt").write_text("# nothing, said differently\n")
    bootstrap.main()
    assert "Installing 0 pinned packages" in capsys.readouterr().out


def test_no_python_that_fits_is_said_in_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "SUPPORTED", ("3.99",))
    with pytest.raises(SystemExit) as refusal:
        bootstrap.main()
    assert str(refusal.value).startswith("Hermes needs Python 3.11 or 3.12 with the venv module;")
    assert not (place / ".venv").exists()


def test_a_package_that_does_not_match_its_hash_is_not_installed(place: Path) -> None:
    wheel = place / "thing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was pinned")
    (place / "requirements.txt").write_text(f"thing @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SystemExit, match="The dependencies could not be installed"):
        bootstrap.main()
    assert not bootstrap.STAMP.exists()


def test_an_interpreter_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    assert bootstrap.version_of(str(broken)) == ""
    assert bootstrap.version_of(str(tmp_path / "not-there")) == ""


def test_it_stands_on_the_standard_library_and_is_understood_by_an_old_python() -> None:
    """`make` runs it with whatever `python3` is, which must be able to say what is missing."""
    tree = ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 6))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names
