"""What leaves for a platform carries the customer's credential there and nothing of Hermes' own (MC21)."""

import re

from mcp_gateway.mcp.tests.agents import Agent
from tests.isolation.test_tool_sweep import TOOLS
from tests.support.api import Api
from tests.support.surfaces import SURFACES
from tests.support.tenants import World

OWN = re.compile(r"hms_(?:live|test)_|(?:con|cus|key|call)_[0-9A-Z]{26}")
SENT_BY_CLIENT = {
    "Cookie": "session=canary-cookie",
    "X-Forwarded-For": "203.0.113.9",
    "Referer": "https://canary-referer.example/",
    "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
CLIENTS = {name.lower() for name in SENT_BY_CLIENT}


def test_mc21_no_request_to_a_platform_carries_a_key_an_id_or_a_header_of_the_clients(
    api: Api, world: World
) -> None:
    ours = world.make("acme")
    for name, tool in TOOLS.items():
        for call in SURFACES.values():
            call(api, ours.key, name, tool.example)
        api.post(f"/api/tools/{name}", ours.key, dict(tool.example), headers=SENT_BY_CLIENT)
    for connection in ours.connections.values():
        api.post(f"/api/connections/{connection}/verify", ours.key)
    session = Agent(api, ours.key).initialize()
    assert len(world.asked) > len(TOOLS)
    for asked in world.asked:
        shown = f"{asked.path} {asked.headers} {asked.body!r}"
        assert ours.key not in shown
        assert session not in shown
        # The probe's account id is the customer's, by the fixture that connects it.
        assert not OWN.search(shown.replace(f"token-of-{ours.customer.public_id}", ""))
        assert "canary" not in shown
        assert not {name.lower() for name in asked.headers} & CLIENTS
