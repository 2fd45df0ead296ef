"""The source tree as the architecture tests read it."""

import ast
import functools
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hermes", "portal", "mcp_gateway", "inbox", "tenants", "billing", "connectors", "audit")


@functools.cache
def kept_files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted(Path(p) for p in listed.split("\0") if p and (ROOT / p).is_file()))


@functools.cache
def modules() -> Mapping[Path, ast.Module]:
    """The parsed product code: no tests, no migrations."""
    return {
        path: ast.parse((ROOT / path).read_text())
        for path in kept_files()
        if path.suffix == ".py"
        and path.parts[0] in PACKAGES
        and not {"tests", "migrations"} & set(path.parts)
    }


def imported(tree: ast.Module) -> Iterator[str]:
    """The full names of what a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    """The module's dotted name."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
