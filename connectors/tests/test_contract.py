"""Every connector of this deployment keeps the contract."""

from collections.abc import Callable
from pathlib import Path

import pytest

import connectors
from connectors.kit.connector import Connector
from connectors.registry import all_connectors, all_tools
from connectors.tests.behaviour import BEHAVIOUR
from connectors.tests.contract import DECLARATION
from connectors.tests.dialling import DIALLING
from connectors.tests.sparing import SPARING
from connectors.tests.vaults import VAULTS

CHECKS = (*DECLARATION, *BEHAVIOUR, *VAULTS, *DIALLING, *SPARING)
HERE = Path(connectors.__file__).parent
SLUGS = sorted(c.slug for c in all_connectors().values() if c.folder.parent == HERE)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_connector_keeps_the_contract(slug: str, check: Callable[[Connector], None]) -> None:
    check(all_connectors()[slug])


def test_tools_are_found_by_name_over_all_connectors() -> None:
    names = [tool.name for connector in all_connectors().values() for tool in connector.tools]
    assert sorted(names) == sorted(all_tools())
