"""The conformance fixtures: ordinary tools where they are offered, and never in production."""

import os
import subprocess
import sys

from mcp_gateway.mcp.tests.agents import Agent, outcomes
from mcp_gateway.testing.catalogue import TOOLS
from tests.support.api import Api
from tests.support.probed import Probed


def test_a_fixture_is_metered_and_audited_like_any_tool(api: Api, agent: Agent, probed: Probed) -> None:
    found = agent.call("test_simple_text")
    assert found["content"][0]["text"] == "This is a simple text response for testing."
    assert found["_meta"]["hermes/call"]["units"] == 1
    assert outcomes(api, probed.key) == ["ok"]
    assert api.get("/api/usage", probed.key).json()["used"] == 1


def test_every_fixture_says_what_it_is() -> None:
    assert all(tool.description.startswith("Conformance fixture: ") for tool in TOOLS)


def test_production_offers_none_even_when_told_to() -> None:
    production = {
        "HERMES_ENV": "prod",
        "HERMES_MCP_CONFORMANCE": "1",
        "SECRET_KEY": "s" * 60,
        "CREDENTIAL_ENCRYPTION_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "ALLOWED_HOSTS": "hermes.example",
        "HERMES_PUBLIC_URL": "https://hermes.example",
    }
    told = subprocess.run(
        [sys.executable, "-c", "from hermes.settings import prod; print(prod.MCP_CONFORMANCE)"],
        env={**os.environ, **production},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"
