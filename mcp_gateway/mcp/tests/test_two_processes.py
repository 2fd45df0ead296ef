"""Two processes behind a balancer that sends each request elsewhere: no request needs to come back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import pytest

from mcp_gateway.mcp.tests.agents import (
    LATEST_HANDSHAKE,
    Agent,
    call_of,
    events,
    eventually,
    initialization,
    modern_headers,
    modern_message,
    outcomes,
    session_headers,
    streamed,
)
from tests.support.api import Api
from tests.support.probed import Probed

Both = tuple[httpx2.AsyncClient, httpx2.AsyncClient]
ACCEPTED = {"action": "accept", "content": {"response": "from the other process"}}


@contextlib.asynccontextmanager
async def clients(bases: tuple[str, str], key: str) -> AsyncIterator[Both]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(base_url=bases[0], headers=headers, timeout=30) as one,
        httpx2.AsyncClient(base_url=bases[1], headers=headers, timeout=30) as other,
    ):
        yield one, other


async def initialized(client: httpx2.AsyncClient, **capabilities: Any) -> dict[str, str]:
    answer = await client.post(
        "/mcp", json=initialization(LATEST_HANDSHAKE, capabilities), headers=session_headers(None)
    )
    return session_headers(answer.headers["mcp-session-id"])


def message_of(method: str, params: dict[str, Any], id: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def test_a_session_of_one_process_is_served_by_the_other_and_ended_for_both(
    api: Api, probed: Probed, processes: tuple[str, str]
) -> None:
    async def play() -> list[int]:
        async with clients(processes, probed.key) as (one, other):
            headers = await initialized(one)
            ping = message_of("ping", {})
            statuses = [(await other.post("/mcp", json=ping, headers=headers)).status_code]
            statuses.append((await other.delete("/mcp", headers=headers)).status_code)
            return [*statuses, (await one.post("/mcp", json=ping, headers=headers)).status_code]

    assert api.run(play()) == [200, 204, 404]


def test_an_answer_reaches_the_process_that_asked(
    api: Api, probed: Probed, processes: tuple[str, str]
) -> None:
    call = message_of("tools/call", call_of("test_elicitation", message="Who?"))

    async def play() -> dict[str, Any]:
        async with clients(processes, probed.key) as (one, other):
            headers = await initialized(one, elicitation={})
            async with one.stream("POST", "/mcp", json=call, headers=headers) as answer:
                told = events(answer)
                asked = await anext(told)
                assert asked["method"] == "elicitation/create"
                reply = {"jsonrpc": "2.0", "id": asked["id"], "result": ACCEPTED}
                assert (await other.post("/mcp", json=reply, headers=headers)).status_code == 202
                return dict(await anext(told))

    assert "from the other process" in str(api.run(play())["result"])


def test_a_strangers_answer_reaches_nobody(
    api: Api, probed: Probed, stranger: Agent, processes: tuple[str, str]
) -> None:
    call = message_of("tools/call", call_of("test_elicitation", message="Who?"))

    async def play() -> dict[str, Any]:
        async with (
            clients(processes, probed.key) as (one, other),
            clients(processes, str(stranger.key)) as (theirs, _),
        ):
            headers, foreign = await initialized(one, elicitation={}), await initialized(theirs)
            async with one.stream("POST", "/mcp", json=call, headers=headers) as answer:
                told = events(answer)
                asked = await anext(told)
                forged = {
                    "jsonrpc": "2.0",
                    "id": asked["id"],
                    "result": {**ACCEPTED, "content": {"response": "evil"}},
                }
                assert (await theirs.post("/mcp", json=forged, headers=foreign)).status_code == 202
                assert (await theirs.post("/mcp", json=forged, headers=headers)).status_code == 404
                reply = {"jsonrpc": "2.0", "id": asked["id"], "result": ACCEPTED}
                await other.post("/mcp", json=reply, headers=headers)
                return dict(await anext(told))

    assert "evil" not in str(api.run(play()))


def test_a_refused_question_fails_the_call(api: Api, probed: Probed, processes: tuple[str, str]) -> None:
    call = message_of("tools/call", call_of("test_elicitation", message="Who?"))

    async def play() -> dict[str, Any]:
        async with clients(processes, probed.key) as (one, other):
            headers = await initialized(one, elicitation={})
            async with one.stream("POST", "/mcp", json=call, headers=headers) as answer:
                told = events(answer)
                asked = await anext(told)
                refusal = {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -1, "message": "no"}}
                await other.post("/mcp", json=refusal, headers=headers)
                return dict(await anext(told))

    assert api.run(play())["result"]["isError"] is True


def test_a_call_is_cancelled_through_the_other_process(
    api: Api, probed: Probed, processes: tuple[str, str]
) -> None:
    call = message_of("tools/call", call_of("test_elicitation", message="Who?"), id="c-1")
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "c-1"}}

    async def play() -> list[Any]:
        async with asyncio.timeout(10), clients(processes, probed.key) as (one, other):
            headers = await initialized(one, elicitation={})
            async with one.stream("POST", "/mcp", json=call, headers=headers) as answer:
                told = events(answer)
                await anext(told)
                rest = asyncio.create_task(_rest(told))
                while not rest.done():
                    await other.post("/mcp", json=note, headers=headers)
                    await asyncio.sleep(0.1)
                return await rest

    assert api.run(play()) == []
    eventually(lambda: outcomes(api, probed.key) == ["cancelled"])


async def _rest(told: AsyncIterator[Any]) -> list[Any]:
    return [message async for message in told]


@pytest.mark.parametrize("server", [0, 1], ids=["uvicorn", "daphne"])
def test_mc19_each_server_sees_a_client_leave(
    api: Api, probed: Probed, processes: tuple[str, str], server: int
) -> None:
    hang = modern_message("tools/call", call_of("probe_hang"))

    async def leave() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1), streamed(processes[server], probed.key, hang) as answer:
                await answer.aread()

    api.run(leave())
    eventually(lambda: outcomes(api, probed.key) == ["cancelled"], within_s=2)


def test_changes_are_told_by_every_process(api: Api, probed: Probed, processes: tuple[str, str]) -> None:
    listen = modern_message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    change = modern_message("tools/call", call_of("test_trigger_tool_change"))

    async def play() -> str:
        async with (
            clients(processes, probed.key) as (one, other),
            one.stream("POST", "/mcp", json=listen, headers=modern_headers(listen)) as answer,
        ):
            told = events(answer)
            await anext(told)
            await other.post("/mcp", json=change, headers=modern_headers(change))
            return str((await anext(told))["method"])

    assert api.run(play()) == "notifications/tools/list_changed"


def test_rounds_may_go_through_different_processes(
    api: Api, probed: Probed, processes: tuple[str, str]
) -> None:
    def call(**more: Any) -> dict[str, Any]:
        tool = call_of("test_input_required_result_request_state")
        return modern_message("tools/call", {**tool, **more}, capabilities={"elicitation": {}})

    async def play() -> dict[str, Any]:
        async with clients(processes, probed.key) as (one, other):
            first = (await one.post("/mcp", json=call(), headers=modern_headers(call()))).json()["result"]
            answered = call(
                inputResponses={"confirm": {"action": "accept", "content": {"ok": True}}},
                requestState=first["requestState"],
            )
            return dict((await other.post("/mcp", json=answered, headers=modern_headers(answered))).json())

    assert "state-ok" in str(api.run(play()))


def test_the_old_transport_needs_no_affinity(api: Api, probed: Probed, processes: tuple[str, str]) -> None:
    call = message_of("tools/call", call_of("test_elicitation", message="Who?"))

    async def play() -> str:
        async with clients(processes, probed.key) as (one, other), one.stream("GET", "/sse") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            where = (await anext(lines)).removeprefix("data: ")
            await other.post(where, json=initialization("2024-11-05", {"elicitation": {}}))
            await _next(lines)
            await other.post(where, json=call)
            asked = await _next(lines)
            await one.post(where, json={"jsonrpc": "2.0", "id": asked["id"], "result": ACCEPTED})
            return str(await _next(lines))

    assert "from the other process" in api.run(play())


async def _next(lines: AsyncIterator[str]) -> Any:
    async for line in lines:
        if line.startswith("data: "):
            return msgspec.json.decode(line.removeprefix("data: "))
    raise AssertionError("the stream ended")
