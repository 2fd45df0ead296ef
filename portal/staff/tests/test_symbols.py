"""The staff site's font of symbols has each symbol that its pages name."""

import re
from pathlib import Path
from typing import Any

import unfold
from django.conf import settings

VENDORED = settings.BASE_DIR / "hermes/static/vendor/README.md"
_PLACE = re.compile(r"material-symbols-outlined[^>]*>\s*([a-z_]+)\s*<")


def test_each_symbol_is_in_the_font() -> None:
    known = set(re.findall(r"[a-z_]+", VENDORED.read_text()))
    folders = [Path(unfold.__file__).parent / "templates", settings.BASE_DIR / "templates"]
    named = {s for f in folders for file in f.rglob("*.html") for s in _PLACE.findall(file.read_text())}
    shown: Any = getattr(settings, "UNFOLD")  # noqa: B009  (the types know no setting of a library's)
    named |= {item["icon"] for part in shown["SIDEBAR"]["navigation"] for item in part["items"]}
    named.add(shown["SITE_SYMBOL"])
    for app in ("audit", "billing", "inbox", "mcp_gateway", "portal", "tenants"):
        for file in (settings.BASE_DIR / app).rglob("*.py"):
            if "tests" not in file.parts:
                named |= set(re.findall(r'@action\([^)]*icon="([a-z_]+)"', file.read_text()))
    assert len(named) > 30
    assert named <= known
