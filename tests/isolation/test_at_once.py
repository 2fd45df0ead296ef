"""Many customers at once, all with request id 1: each answer was fetched with the asker's own credential."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2

from mcp_gateway.mcp.tests.agents import call_of, modern_headers, modern_message, session_headers
from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Asked, Upstream

CUSTOMERS = CALLS = 20
FETCH = call_of("probe_fetch", item="thing")


def request_of(turn: int) -> tuple[str, dict[str, Any], dict[str, str]]:
    """By REST, statelessly and in the session era, in turn."""
    message = modern_message("tools/call", FETCH, id=1)
    match turn % 3:
        case 0:
            return "/api/tools/probe_fetch", FETCH["arguments"], {}
        case 1:
            return "/mcp", message, modern_headers(message)
    message["params"].pop("_meta")
    return "/mcp", message, session_headers(None)


def item_of(body: dict[str, Any]) -> str:
    data = body["data"] if "data" in body else body["result"]["structuredContent"]
    return str(data["item"])


def test_te07_every_answer_of_four_hundred_parallel_calls_is_the_askers_own(
    api: Api, upstream: Upstream, connect: Callable[..., Probed]
) -> None:
    """The platform answers with the credential it was sent."""
    people = [connect(f"customer{n}") for n in range(CUSTOMERS)]

    def credential_sent(asked: Asked) -> dict[str, str]:
        return {"item": asked.headers["Authorization"].removeprefix("Bearer token-of-")}

    upstream.respond = credential_sent

    async def ask(client: httpx2.AsyncClient, person: Probed, turn: int) -> tuple[str, str]:
        path, body, headers = request_of(turn)
        given = {**headers, "Authorization": f"Bearer {person.key}"}
        answer = await client.post(path, json=body, headers=given)
        assert answer.status_code == 200, answer.text
        return item_of(answer.json()), person.customer.public_id

    async def everybody() -> list[tuple[str, str]]:
        from hermes.asgi import application

        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await asyncio.gather(*(ask(client, p, turn) for turn in range(CALLS) for p in people))

    answers = api.run(everybody(), timeout_s=60)
    assert len(answers) == CUSTOMERS * CALLS
    assert [pair for pair in answers if pair[0] != pair[1]] == []
