"""The sandbox: an account at every stand-in for test keys, and for nobody else."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connectors.kit.context import HttpResponse
from connectors.sandbox import Emission
from hermes.core import redis
from tenants import connections, keys, sandbox_http, sandboxes
from tenants.models import Connection
from tenants.sandbox_http import RedisStore, SandboxHttp


def test_a_test_key_has_an_account_at_every_stand_in(acme: Any) -> None:
    principal = keys.load_principal(acme.test_key)
    assert {c.platform for c in principal.connections} == sandboxes.platforms()
    assert "whatsapp" in sandboxes.platforms()
    assert {(c.mode, c.source, c.status, c.account) for c in principal.connections} == {
        ("test", "sandbox", "active", "sandbox")
    }
    assert keys.load_principal(acme.live_key).connections == ()


def test_sandbox_accounts_are_made_once_and_claim_nothing(acme: Any) -> None:
    threads = [threading.Thread(target=_ensure, args=(acme.customer,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = Connection.objects.of(acme.customer).filter(mode="test")
    assert sorted(made.values_list("platform", flat=True)) == sorted(sandboxes.platforms())
    assert set(made.values_list("live_claim", flat=True)) == {None}


def _ensure(customer: Any) -> None:
    from django.db import connection

    sandboxes.ensure(customer)
    connection.close()


def test_each_customer_has_an_account_of_its_own(acme: Any, globex: Any) -> None:
    numbers = {
        c.external_id
        for person in (acme, globex)
        for c in keys.load_principal(person.test_key).connections
        if c.platform == "whatsapp"
    }
    assert len(numbers) == 2


def test_a_sandbox_account_that_was_disconnected_stays_away(acme: Any) -> None:
    (view, *_) = keys.load_principal(acme.test_key).connections
    connections.disconnect(acme.customer.pk, view.public_id)
    left = keys.load_principal(acme.test_key).connections
    assert view.public_id not in {c.public_id for c in left}
    assert len(left) == len(sandboxes.platforms()) - 1


def test_a_stand_ins_state_is_kept_for_its_connection_only(acme: Any, globex: Any) -> None:
    async def scenario() -> list[Any]:
        mine = RedisStore(acme.customer.public_id, "con_1")
        await mine.put("sent", [{"id": 1}], ttl_s=60)
        await mine.put("gone", 1, ttl_s=60)
        await mine.put("gone", None, ttl_s=60)
        again = RedisStore(acme.customer.public_id, "con_1")
        others = [
            RedisStore(acme.customer.public_id, "con_2"),
            RedisStore(globex.customer.public_id, "con_1"),
        ]
        return [await again.get("sent"), await again.get("gone"), *[await o.get("sent") for o in others]]

    assert asyncio.run(scenario()) == [[{"id": 1}], None, None, None]
    key = redis.name("sandbox", acme.customer.public_id, "con_1", "sent")
    assert 0 < redis.sync_client().ttl(key) <= 60


class _Talkative:
    """A stand-in that posts one event for each request, and fails where it is told to."""

    def __init__(self) -> None:
        self.events: list[Emission] = []

    async def request(self, method: str, url: str, **_: Any) -> HttpResponse:
        self.events.append(Emission(after_s=1, payload={"url": url}))
        if method == "DELETE":
            raise ConnectionError
        return HttpResponse(status=200, headers={}, body=b"")

    async def inbound(self, _: Any) -> dict[str, Any]:
        return {}


@pytest.fixture
def delivered() -> Iterator[list[tuple[str, str, Sequence[Emission]]]]:
    known = list(sandbox_http._delivered_by)
    found: list[tuple[str, str, Sequence[Emission]]] = []
    sandbox_http.deliver_by(lambda *event: found.append(event))
    yield found
    sandbox_http._delivered_by[:] = known


def test_what_a_stand_in_would_post_is_handed_on_once(delivered: list[Any]) -> None:
    async def scenario() -> None:
        http = SandboxHttp(_Talkative(), "probe", "con_7")
        await http.request("POST", "a")
        with pytest.raises(ConnectionError):
            await http.request("DELETE", "b")
        await SandboxHttp(_Talkative(), "probe", None).request("POST", "c")

    asyncio.run(scenario())
    assert [(row, platform, [e.payload["url"] for e in events]) for row, platform, events in delivered] == [
        ("con_7", "probe", ["a"]),
        ("con_7", "probe", ["b"]),
    ]
