"""What the documentation says of settings, errors, plans and connectors is what the code does."""

import ast
import re
from pathlib import Path

import pytest

from docs import generate
from hermes.core import errors
from tests.architecture.tree import ROOT, kept_files

PAGES = [p for p in kept_files() if p.suffix == ".md" and p.parts[0] != "connectors"]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def names_in_settings() -> set[str]:
    """Every name handed to `env.<kind>(...)` or `os.environ` in the settings."""
    names: set[str] = set()
    for path in (ROOT / "hermes/settings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(str(node.args[0].value))
    for connector in generate.own_connectors():
        names |= {s.name for s in connector.settings}
        names |= {name for spec in connector.oauth for name in spec.app_settings.values()}
    return names


def test_env_example_names_exactly_the_settings_there_are() -> None:
    written = [name for _, name, _, _ in generate.settings()]
    assert len(written) == len(set(written))
    assert set(written) == names_in_settings()


@pytest.mark.parametrize("path", generate.pages(), ids=lambda p: p.name)
def test_generated_page_is_up_to_date(path: Path) -> None:
    assert path.read_text() == generate.pages()[path], "run: .venv/bin/python -m docs.generate"


def test_every_error_code_is_documented() -> None:
    codes = {
        k.code for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.HermesError)
    }
    assert {c for c in codes if f"`{c}`" not in generate.errors_table()} == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text()
    dead = [link for link in LINK.findall(text) if not (ROOT / page.parent / link).exists()]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_files_and_folders_named_in_pages_exist(page: Path) -> None:
    """A name in backquotes that begins with one of our packages and holds a slash is a path of the tree."""
    roots = "hermes|portal|mcp_gateway|inbox|tenants|billing|connectors|audit|tests|docs|k8s"
    named = re.findall(rf"`((?:{roots})/[\w./-]+)`", (ROOT / page).read_text())
    assert not [name for name in named if not (ROOT / name).exists()]


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    decisions = [p.name for p in (ROOT / "docs/adr").glob("0*.md")]
    assert not [name for name in decisions if name not in index]
