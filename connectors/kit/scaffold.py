"""A new connector and its stand-in from the blank one: `python -m connectors.kit.scaffold slack`.

What is written works and keeps the contract at once; the platform's own facts are then filled in.
"""

import argparse
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLANK = Path(__file__).parent / "blank"
CONNECTORS = Path(__file__).resolve().parents[1]
LIMIT_TITLE_CHARS = 30
_NAME = re.compile(r"[a-z][a-z0-9]{1,15}")
_TITLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+-]*")
# Folders beside the connectors, then what follows `/api/`; tools named `hermes_…` are over all channels.
_FOLDERS = frozenset({"kit", "sandbox", "tests"})
_PATHS = frozenset(
    {"audit", "connect", "connections", "docs", "inbox", "keys", "subscription", "tools", "usage", "webhooks"}
)
_TAKEN = _FOLDERS | _PATHS | {"hermes", "probe"}


NEXT = """
Next, for {name}:
  1. client.py, errors.py, limits.py: the platform's paths, refusals and limits; connector.py: its address
  2. tools.py: the tools; credentials.py, verification.py and guide.md: how an account is connected
  3. connectors/sandbox/{name}: answer as the platform does; docs/sandbox.md: what makes it fail
  4. descriptions.toml: its tools judged; then .venv/bin/python -m docs.generate
  5. make test ARGS="connectors/{name} connectors/tests", then make test and make check
"""


class Refused(ValueError):
    """A name that no connector can have; the message says why."""


def scaffold(name: str, title: str = "", into: Path = CONNECTORS) -> list[Path]:
    """Write the connector `into / name` and its stand-in `into / "sandbox" / name`; gives the files.

    Raises Refused for a bad or taken name and writes nothing then.
    """
    title = title or name.capitalize()
    _check(name, title, into)
    words = {
        "@slug@": name,
        "@SLUG@": name.upper(),
        "@Class@": name.capitalize(),
        "@Name@": title,
        "@Initial@": title[0].upper(),
    }
    written = []
    for source, target in _files(name, into):
        text = source.read_text(encoding="utf-8")
        for placeholder, word in words.items():
            text = text.replace(placeholder, word)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(target)
    _format(written)
    return written


def _files(name: str, into: Path) -> Iterator[tuple[Path, Path]]:
    for part, folder in (("connector", into / name), ("standin", into / "sandbox" / name)):
        for source in sorted((BLANK / part).rglob("*.txt")):
            yield source, folder / source.relative_to(BLANK / part).with_suffix("")


def _check(name: str, title: str, into: Path) -> None:
    if not name:
        raise Refused("Say what it is called: make connector name=slack.")
    if not _NAME.fullmatch(name):
        raise Refused(f"'{_shown(name)}' is no name: 2 to 16 of a-z and 0-9, a letter first.")
    if name in _TAKEN or keyword.iskeyword(name):
        raise Refused(f"'{name}' means something else already; choose another name.")
    for folder in (into / name, into / "sandbox" / name):
        if folder.exists():
            raise Refused(f"There is a folder {folder} already; choose another name.")
    if len(title) > LIMIT_TITLE_CHARS or not _TITLE.fullmatch(title):
        raise Refused(
            f"'{title[:60]}' is no title: up to {LIMIT_TITLE_CHARS} letters, digits, spaces, . + or -."
        )


def _shown(given: str) -> str:
    return " ".join(given.split())[:40]


def _format(files: list[Path]) -> None:
    """Lines break, and imports stand, as the name makes them."""
    sources = [str(path) for path in files if path.suffix == ".py"]
    config = ["--config", str(CONNECTORS.parent / "pyproject.toml")]
    for step in (["check", "--select", "I", "--fix"], ["format"]):
        command = [sys.executable, "-m", "ruff", *step, "--quiet", "--no-cache", *config, *sources]
        subprocess.run(command, check=True)  # noqa: S603  (files written here)


def main(arguments: list[str] | None = None) -> int:
    """The command: prints what was written and what to do next; 2 where the name is refused."""
    parser = argparse.ArgumentParser(prog="connectors.kit.scaffold", description="Begin a new connector.")
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--title", default="", help="as people read it, e.g. Slack")
    parser.add_argument("--into", type=Path, default=CONNECTORS, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        written = scaffold(given.name, given.title, given.into)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    for path in written:
        sys.stdout.write(f"{path.relative_to(given.into.parent) if given.into == CONNECTORS else path}\n")
    sys.stdout.write(NEXT.format(name=given.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
