"""Who may import what."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, imported, modules, name_of

# A library and the only modules that may import it (a name ending in "." stands for all below it).
ONLY_IN = {
    "requests": ("hermes.core.http_sync",),
    "aiohttp": ("hermes.core.http",),
    "stripe": ("billing.stripe_gateway",),
    "mcp": ("mcp_gateway.mcp.", "hermes.local.demo", "hermes.local.player"),
    "mcp_types": ("mcp_gateway.mcp.", "hermes.local.demo", "hermes.local.player"),
    "httpx": (),
    "httpx2": ("hermes.local.demo",),
    "pickle": (),
}


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", ONLY_IN)
def test_library_is_imported_only_where_it_belongs(library: str) -> None:
    strays = [
        f"{path} imports {name}"
        for path, tree in modules().items()
        for name in imported(tree)
        if name.split(".")[0] == library and not may_import(name_of(path), library)
    ]
    assert not strays


def may_import(module: str, library: str) -> bool:
    return any(module == place or f"{module}.".startswith(place) for place in ONLY_IN[library])
