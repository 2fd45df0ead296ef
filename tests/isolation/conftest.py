"""Two customers that know nothing of each other."""

import pytest

from tests.support.tenants import Tenant, World


@pytest.fixture
def ours(world: World) -> Tenant:
    """acme, connected everywhere."""
    return world.make("acme")


@pytest.fixture
def theirs(world: World) -> Tenant:
    """globex, the stranger, connected everywhere too."""
    return world.make("globex")
