"""Sending once."""

import asyncio

from tests.support.api import Api
from tests.support.probed import Probed
from tests.support.upstream import Upstream

SEND = {"to": "x", "text": "y"}


def test_the_same_key_answers_the_same_without_a_second_send(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    headers = {"Idempotency-Key": "order-1"}
    first, second = (
        api.post("/api/tools/probe_send", probed.key, SEND, headers=headers).json() for _ in range(2)
    )
    assert first["data"] == second["data"]
    assert first["meta"]["call_id"] == second["meta"]["call_id"]
    assert second["meta"]["replayed"] is True
    assert len(upstream.asked) == 1
    assert api.get("/api/usage", probed.key).json()["used"] == 1


def test_rc02_fifty_parallel_sends_with_one_key_reach_the_platform_once(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    async def burst() -> list[int]:
        import httpx2

        from hermes.asgi import application

        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            headers = {"Authorization": f"Bearer {probed.key}", "Idempotency-Key": "one"}
            answers = await asyncio.gather(
                *(client.post("/api/tools/probe_send", json=SEND, headers=headers) for _ in range(50))
            )
        return [a.status_code for a in answers]

    statuses = api.run(burst())
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    assert len(upstream.asked) == 1


def test_rc03_the_same_key_with_other_arguments_is_refused(
    api: Api, probed: Probed, upstream: Upstream
) -> None:
    headers = {"Idempotency-Key": "order-1"}
    api.post("/api/tools/probe_send", probed.key, SEND, headers=headers)
    other = api.post("/api/tools/probe_send", probed.key, {"to": "x", "text": "z"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "invalid_argument")
    assert len(upstream.asked) == 1


def test_two_customers_may_use_the_same_key(api: Api, connect: object, upstream: Upstream) -> None:
    acme, globex = connect("acme"), connect("globex")  # type: ignore[operator]
    headers = {"Idempotency-Key": "order-1"}
    for person in (acme, globex):
        assert api.post("/api/tools/probe_send", person.key, SEND, headers=headers).status_code == 200
    assert len(upstream.asked) == 2


def test_the_header_and_the_argument_may_not_differ(api: Api, probed: Probed) -> None:
    answer = api.post(
        "/api/tools/probe_send",
        probed.key,
        {**SEND, "idempotency_key": "a"},
        headers={"Idempotency-Key": "b"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_argument")


def test_a_refused_send_may_be_tried_again_with_its_key(api: Api, probed: Probed, upstream: Upstream) -> None:
    upstream.script.append((500, {}, {}))
    headers = {"Idempotency-Key": "order-1"}
    assert api.post("/api/tools/probe_send", probed.key, SEND, headers=headers).status_code == 502
    assert api.post("/api/tools/probe_send", probed.key, SEND, headers=headers).status_code == 200
