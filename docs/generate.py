"""Write the parts of the documentation that follow from the code: `python -m docs.generate`.

`pages()` says what each generated page must hold; a test compares it with what is there.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from billing.plans import CURRENCY, PLANS, Plan
from connectors.kit.connector import Connector
from connectors.registry import all_connectors
from hermes.core import errors

ROOT = Path(__file__).resolve().parents[1]
PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write every generated page that differs."""
    for path, text in pages().items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            sys.stdout.write(f"{path.relative_to(ROOT)} written\n")


def pages() -> dict[Path, str]:
    """Each generated page as it must be."""
    api = ROOT / "docs" / "api.md"
    parts = {"settings": settings_table, "errors": errors_table, "plans": plans_table}
    connectors = {ROOT / "docs" / "connectors" / f"{c.slug}.md": connector_page(c) for c in own_connectors()}
    return {api: PART.sub(lambda m: m[1] + parts[m[2]]() + m[3], api.read_text()), **connectors}


def own_connectors() -> list[Connector]:
    """The connectors of this repository; the registry may know further ones."""
    return [c for c in all_connectors().values() if c.folder.is_relative_to(ROOT / "connectors")]


def settings() -> Iterator[tuple[str, str, str, str]]:
    """Section, name, default and meaning of each setting in `.env.example`."""
    section, meaning = "", ""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if heading := re.fullmatch(r"# --- (.+) ---", line):
            section = heading[1]
        elif line.startswith("# "):
            meaning = line[2:]
        elif line:
            name, _, default = line.partition("=")
            yield section, name, default, meaning


def settings_table() -> str:
    """The settings, their defaults and meanings."""
    rows = (
        (f"`{name}`", f"`{default}`" if default else "", meaning) for _, name, default, meaning in settings()
    )
    return table(("Setting", "Default", "Meaning"), rows)


def errors_table() -> str:
    """The public error codes with the HTTP status and what each says."""
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.HermesError)]
    first: dict[str, type[errors.HermesError]] = {}
    for kind in kinds:
        if kind is not errors.HermesError:
            first.setdefault(kind.code, kind)
    rows = ((f"`{code}`", str(kind.status), sentence(kind.__doc__ or "")) for code, kind in first.items())
    return table(("Code", "HTTP", "Meaning"), rows)


def plans_table() -> str:
    """The plans and their limits."""
    return table(("", *(p.name for p in PLANS.values())), plan_rows(list(PLANS.values())))


def plan_rows(plans: Sequence[Plan]) -> Iterator[tuple[str, ...]]:
    """One row per limit."""
    yield (f"Price a month ({CURRENCY.upper()})", *(price(p) for p in plans))
    for label, name in {
        "Calls a month": "calls_per_month",
        "Calls a minute": "calls_per_minute",
        "Connections": "connections",
        "Keys": "keys",
        "Members": "members",
        "Days audit entries are kept": "retention_days",
    }.items():
        yield (label, *(f"{getattr(p, name):,}" for p in plans))


def price(plan: Plan) -> str:
    """In major units; None is agreed with the customer."""
    return "by agreement" if plan.price_minor is None else f"{plan.price_minor / 100:.2f}"


def connector_page(connector: Connector) -> str:
    """What one platform offers: credentials, operator's settings, limits and tools."""
    variable = f"HERMES_{connector.slug.upper()}_"
    fields = (
        (f.label, f"`{f.name}`", f"`{variable}{f.name.upper()}`", "yes" if f.required else "no", f.help)
        for f in connector.credentials.fields()
    )
    tools = (
        (
            f"`{t.name}`",
            "yes" if t.core else "",
            kind(t.hints.read_only, t.hints.destructive),
            sentence(t.description),
        )
        for t in connector.tools
    )
    own = ((f"`{s.name}`", f"`{s.default}`" if s.default else "", s.help) for s in connector.settings)
    return "\n".join(
        (
            f"# {connector.name}\n",
            "<!-- made by `python -m docs.generate`; edit the connector instead -->\n",
            f"{connector.summary}\n",
            "## Credentials\n",
            table(("Field", "Name", "In operator mode", "Required", "Where to find it"), fields),
            "## Tools\n",
            table(("Tool", "Core profile", "Does", "What"), tools),
            "## Operator's settings\n",
            table(("Setting", "Default", "Meaning"), own),
        )
    )


def kind(read_only: bool, destructive: bool) -> str:
    """How a tool acts, in one word."""
    return "reads" if read_only else "acts" if destructive else "updates"


def sentence(text: str) -> str:
    """The first sentence, on one line."""
    return re.split(r"(?<=[.!])\s", " ".join(text.split()))[0]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    main()
