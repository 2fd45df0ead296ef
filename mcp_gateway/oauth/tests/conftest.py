"""People at their browsers with a client that asks them."""

from collections.abc import Callable
from typing import Any

import pytest

from mcp_gateway.mcp.tests.conftest import loopback  # noqa: F401  (a fixture)
from mcp_gateway.oauth.tests.flow import Browser, Flow
from tests.support.api import Api
from tests.support.probed import Probed


def owner_of(customer: Any) -> Any:
    """The person who owns a customer."""
    return customer.memberships.get(role="owner").user


@pytest.fixture
def flow(api: Api, probed: Probed) -> Flow:
    """acme's owner and a client; acme has the probe connected."""
    return Flow(api, Browser(api, owner_of(probed.customer)), probed.customer)


@pytest.fixture
def stranger(api: Api, connect: Callable[..., Probed]) -> Flow:
    """globex's owner and a client."""
    globex = connect("globex")
    return Flow(api, Browser(api, owner_of(globex.customer)), globex.customer)
