"""Which connectors exist: every package beside this file that has a `connector.CONNECTOR`."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

import connectors
from connectors.kit.connector import Connector
from connectors.kit.tool import Tool

NOT_CONNECTORS = frozenset({"kit", "sandbox", "tests"})


@functools.cache
def all_connectors() -> Mapping[str, Connector]:
    """Connectors by slug, in alphabetical order. `all_connectors.cache_clear()` reads the folders anew."""
    names = sorted(
        m.name
        for m in pkgutil.iter_modules(connectors.__path__)
        if m.ispkg and m.name not in NOT_CONNECTORS and not m.name.startswith("_")
    )
    found: list[Connector] = [
        importlib.import_module(f"connectors.{name}.connector").CONNECTOR for name in names
    ]
    return MappingProxyType({c.slug: c for c in found})


@functools.cache
def all_tools() -> Mapping[str, tuple[Connector, Tool]]:
    """Every connector's tools by name."""
    return MappingProxyType({t.name: (c, t) for c in all_connectors().values() for t in c.tools})
