"""Many customers at once, all with the same request ids: no answer goes astray."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import msgspec

from mcp_gateway.mcp.tests.agents import call_of, events, modern_headers, modern_message, session_headers
from tests.support.api import Api
from tests.support.probed import Probed

CUSTOMERS = 20
CALLS = 20


def test_te07_twenty_customers_with_twenty_calls_each_and_one_id(
    api: Api, connect: Callable[..., Probed], loopback: str
) -> None:
    """Over both eras, as JSON and as a stream."""
    people = [connect(f"customer{n}") for n in range(CUSTOMERS)]

    async def ask(client: httpx2.AsyncClient, person: Probed, turn: int) -> None:
        canary = f"{person.customer.public_id}-{turn}"
        message = modern_message("tools/call", call_of("probe_echo", text=canary), id=1)
        headers = modern_headers(message)
        if turn % 2:
            message["params"].pop("_meta")
            headers = session_headers(None)
        if turn % 4 > 1:
            message["params"] |= {"name": "test_tool_with_progress", "arguments": {}}
            message["params"].setdefault("_meta", {})["progressToken"] = canary
            headers.update({"Mcp-Name": "test_tool_with_progress"})
        headers["Authorization"] = f"Bearer {person.key}"
        async with client.stream("POST", "/mcp", json=message, headers=headers) as answer:
            assert answer.status_code == 200
            if turn % 4 > 1:
                told = [m async for m in events(answer)]
                assert {m["params"]["progressToken"] for m in told if "method" in m} == {canary}
                assert [m["id"] for m in told if "id" in m] == [1]
            else:
                body: Any = msgspec.json.decode(await answer.aread())
                assert body["result"]["structuredContent"]["text"] == canary

    async def everybody() -> None:
        limits = httpx2.Limits(max_connections=100)
        async with httpx2.AsyncClient(base_url=loopback, limits=limits, timeout=60) as client:
            await asyncio.gather(*(ask(client, person, turn) for turn in range(CALLS) for person in people))

    api.run(everybody(), timeout_s=60)
