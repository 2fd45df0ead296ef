"""Two customers that know nothing of each other."""

import pytest

from tests.support.tenants import Tenant, World


@pytest.fixture
def ours(world: World, needed: frozenset[str] | None) -> Tenant:
    """acme, connected where the test needs it."""
    return world.make("acme", only=needed)


@pytest.fixture
def theirs(world: World, needed: frozenset[str] | None) -> Tenant:
    """globex, the stranger, connected there too."""
    return world.make("globex", only=needed)
