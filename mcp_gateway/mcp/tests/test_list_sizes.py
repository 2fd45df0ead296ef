"""A list of tools stands in a model's context: for any three platforms it stays short."""

import itertools
from collections.abc import Iterable

from connectors.registry import all_connectors
from mcp_gateway import catalogue
from mcp_gateway.catalogue import Listing
from mcp_gateway.mcp import tools, wire
from mcp_gateway.testing.catalogue import TOOLS as FIXTURES

PLATFORMS = 3
MOST_TOOLS = 25
MOST_BYTES = 30_000
OURS_ALONE = {"probe"}


def core_by_platform() -> dict[str, list[Listing]]:
    """The core tools of each platform; under "" those over all channels."""
    found: dict[str, list[Listing]] = {slug: [] for slug in all_connectors() if slug not in OURS_ALONE}
    found[""] = []
    fixtures = {tool.name for tool in FIXTURES}
    for name, listing in catalogue.every_tool().items():
        slug = listing.connector.slug if listing.connector else ""
        if listing.tool.core and name not in fixtures and slug in found:
            found[slug].append(listing)
    return found


def size_of(listings: Iterable[Listing]) -> int:
    return len(wire.encode([tools.published(listing) for listing in listings]))


def test_any_three_platforms_list_at_most_25_core_tools_in_30_kilobytes() -> None:
    core = core_by_platform()
    own = core.pop("")
    for platforms in itertools.combinations(core, PLATFORMS):
        listed = [*own, *itertools.chain.from_iterable(core[slug] for slug in platforms)]
        assert len(listed) <= MOST_TOOLS, platforms
        assert size_of(listed) <= MOST_BYTES, {slug: size_of(core[slug]) for slug in platforms}
