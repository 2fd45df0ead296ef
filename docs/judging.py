"""How the tools' descriptions were judged, from the `descriptions.toml` beside them."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from connectors.kit.connector import Connector
from docs.tables import table

OWN_TOOLS = Path(__file__).resolve().parents[1] / "mcp_gateway" / "own_tools"
AXES = ("Purpose", "Usage", "Behaviour", "Parameters", "Completeness", "Conciseness")
_HEAD = """# Descriptions of the tools

<!-- made by `python -m docs.generate` from the files descriptions.toml beside the tools -->

A model chooses a tool by its description. Whoever writes one judges it on six axes, 1 to 5 each, in the file
`descriptions.toml` beside the tools; none may stay below 4. A change of a description is judged anew.

- **Purpose**: a verb and an object; nobody takes it for another tool's.
- **Usage**: when to use it, and which sibling instead or next.
- **Behaviour**: what changes, who sees it, what cannot be taken back, what is left alone, what it costs.
- **Parameters**: each argument says what it takes, in which form, and where to get it.
- **Completeness**: what comes back, limits, what is needed first.
- **Conciseness**: nothing said twice; it stands in every model's context.

The judgement is its authors' own. What a program can check the contract tests check for every connector:
length, a sibling named that exists, a change's effect told, no jargon, every argument described; and the size
of lists.
"""


def scores_in(folder: Path) -> Mapping[str, Sequence[int]]:
    """The scores by tool."""
    found: dict[str, Sequence[int]] = tomllib.loads(
        (folder / "descriptions.toml").read_text(encoding="utf-8")
    )
    return found


def page(connectors: Iterable[Connector]) -> str:
    """All scores, with the mean of each platform."""
    parts = [("All channels", scores_in(OWN_TOOLS)), *((c.name, scores_in(c.folder)) for c in connectors)]
    return _HEAD + "".join(_part(name, scores) for name, scores in parts)


def _part(name: str, scores: Mapping[str, Sequence[int]]) -> str:
    rows = [(f"`{tool}`", *map(str, given)) for tool, given in scores.items()]
    given = [score for row in scores.values() for score in row]
    mean = f"Mean {sum(given) / len(given):.2f}.\n"
    return f"\n## {name}\n\n{mean}\n" + table(("Tool", *AXES), rows)
