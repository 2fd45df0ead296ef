"""A new platform is one new folder and no edit elsewhere."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import connectors
from connectors.kit.connector import Connector
from connectors.registry import all_connectors, all_tools
from connectors.tests.behaviour import BEHAVIOUR
from connectors.tests.contract import DECLARATION

SOURCE = Path(__file__).parent / "new" / "harbour"


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Connector]:
    """A connector in a folder outside this tree, put on the search path of `connectors`."""
    shutil.copytree(SOURCE, tmp_path / "harbour", ignore=shutil.ignore_patterns("__pycache__"))
    connectors.__path__.append(str(tmp_path))
    _forget()
    yield all_connectors()["harbour"]
    connectors.__path__.remove(str(tmp_path))
    _forget()


def test_a_new_folder_is_found(harbour: Connector) -> None:
    assert all_tools()["harbour_send_signal"][0] is harbour
    assert "whatsapp" in all_connectors()


@pytest.mark.parametrize("check", [*DECLARATION, *BEHAVIOUR], ids=lambda check: check.__name__)
def test_a_new_folder_keeps_the_contract(harbour: Connector, check: Callable[[Connector], None]) -> None:
    check(harbour)


def test_a_folder_that_is_gone_is_forgotten() -> None:
    assert "harbour" not in all_connectors()


def _forget() -> None:
    for name in [name for name in sys.modules if name.startswith("connectors.harbour")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    all_connectors.cache_clear()
    all_tools.cache_clear()
