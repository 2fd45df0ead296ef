"""Write the parts of the documentation that follow from the code: `python -m docs.generate`.

`pages()` says what each generated page must hold; a test compares it with what is there.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from billing.plans import CURRENCY, PLANS, Plan
from connectors.kit.connector import Connector
from connectors.kit.oauth import OAuthSpec
from connectors.registry import all_connectors
from docs import judging, setup
from docs.tables import table
from hermes.core import errors
from mcp_gateway.setup import manifests

ROOT = Path(__file__).resolve().parents[1]
ENV_EXAMPLE = ROOT / ".env.example"
PLATFORMS = "Platforms"
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
    return {
        ENV_EXAMPLE: env_example(),
        api: PART.sub(lambda m: m[1] + parts[m[2]]() + m[3], api.read_text()),
        ROOT / "docs" / "connectors" / "README.md": connectors_page(),
        ROOT / "docs" / "descriptions.md": judging.page(own_connectors()),
        ROOT / "docs" / "agents.md": setup.page(),
        ROOT / "docs" / "server.json": json.dumps(manifests.registry_entry(setup.EXAMPLE), indent=2) + "\n",
        **connectors,
    }


def own_connectors() -> list[Connector]:
    """The connectors of this repository; the registry may know further ones."""
    return [c for c in all_connectors().values() if c.folder.is_relative_to(ROOT / "connectors")]


def env_example() -> str:
    """`.env.example`, with those settings of connectors added that it lacks."""
    text = ENV_EXAMPLE.read_text()
    lacking = (
        s for c in own_connectors() for s in c.settings if not re.search(rf"^{s.name}=", text, re.MULTILINE)
    )
    for setting in lacking:
        heading = f"# --- {PLATFORMS} ---\n"
        before, found, after = text.partition(heading)
        section, blank, rest = after.partition("\n\n")
        text = f"{before}{found}{section}\n# {setting.help}\n{setting.name}={setting.default}{blank}{rest}"
    return text


def settings() -> Iterator[tuple[str, str, str, str]]:
    """Section, name, default and meaning of each setting of `env_example`."""
    section, meaning = "", ""
    for line in env_example().splitlines():
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
        "Webhook endpoints of a mode": "webhooks",
        "Members": "members",
        "Days audit entries and messages are kept": "retention_days",
        "Seconds between looks at a watched account": "watch_interval_s",
        "Bytes in a vault of notes": "vault_bytes",
        "Files in a vault of notes": "vault_files",
    }.items():
        yield (label, *(f"{getattr(p, name):,}" for p in plans))
    yield ("Own OAuth apps at platforms", *("yes" if p.own_oauth_apps else "no" for p in plans))


def price(plan: Plan) -> str:
    """In major units; None is agreed with the customer."""
    return "by agreement" if plan.price_minor is None else f"{plan.price_minor / 100:.2f}"


def connectors_page() -> str:
    """The platforms there are."""
    rows = (
        (
            f"[{c.name}]({c.slug}.md)",
            c.summary,
            str(len(c.tools)),
            ", ".join(f.label for f in c.credentials.fields() if f.required),
        )
        for c in own_connectors()
    )
    return "\n".join(
        (
            "# Platforms\n",
            "<!-- made by `python -m docs.generate`; edit the connectors instead -->\n",
            "What each connects, what an account is connected with, and what its tools do. Over all of them "
            "work the `hermes_…` tools ([interface](../api.md)). Each has a [sandbox](../sandbox.md).\n",
            table(("Platform", "What", "Tools", "Connected with"), rows),
        )
    )


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
    limits = ((f"`{name}`", limit(value)) for name, value in connector.limits.items())
    own = ((f"`{s.name}`", f"`{s.default}`" if s.default else "", s.help) for s in connector.settings)
    return "\n".join(
        (
            f"# {connector.name}\n",
            "<!-- made by `python -m docs.generate`; edit the connector instead -->\n",
            f"{connector.summary} How to connect an account, step by step: "
            f"[guide](../../connectors/{connector.slug}/guide.md). [All platforms](README.md)\n",
            "## Credentials\n",
            table(("Field", "Name", "In operator mode", "Required", "Where to find it"), fields),
            "## Tools\n",
            table(("Tool", "Core profile", "Does", "What"), tools),
            "`acts`: others see it, or it cannot be taken back; `updates`: it can.\n",
            "## Limits\n",
            "Checked before a call; `hermes_get_connection` shows them.\n",
            table(("Limit", "Value"), limits),
            "## Operator's settings\n",
            table(("Setting", "Default", "Meaning"), own),
            *(part for spec in connector.oauth for part in sign_in(connector, spec)),
        )
    )


def sign_in(connector: Connector, spec: OAuthSpec) -> Iterator[str]:
    """How accounts are connected by signing in at one authorization server."""
    yield f"## Connecting by signing in at {spec.name}\n"
    yield (
        "The operator, or a customer whose plan has apps of its own, registers an app there with the "
        f"redirect address `<HERMES_PUBLIC_URL>/connect/{connector.slug}/callback`, and gives its values as "
        f"{', '.join(f'`{name}`' for name in spec.app_settings.values())}.\n"
    )
    scopes = (
        (
            f"`{scope.name}`",
            "yes" if scope.is_default else f"only where `{spec.provider}_SCOPES` names it",
            scope.purpose,
            ", ".join(f"`{tool}`" for tool in scope.tools) or ("all" if scope.is_needed else ""),
        )
        for scope in spec.scopes
    )
    yield table(("Scope", "Asked for", "What it allows", "Tools that need it"), scopes)


def limit(value: object) -> str:
    """A limit as people read it; one by kind names its kinds."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {limit(inner)}" for name, inner in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def kind(read_only: bool, destructive: bool) -> str:
    """How a tool acts, in one word."""
    return "reads" if read_only else "acts" if destructive else "updates"


def sentence(text: str) -> str:
    """The first sentence, on one line."""
    return re.split(r"(?<=[.!])\s", " ".join(text.split()))[0]


if __name__ == "__main__":
    main()
