"""A connected probe: a real loopback platform behind a live key."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.support.api import Api
from tests.support.upstream import Upstream, serve


@dataclasses.dataclass(frozen=True)
class Probed:
    """A customer with the probe connected."""

    key: str
    customer: Any
    connection: str
    account: str
    test_key: str


@pytest.fixture(scope="session")
def upstream_server(api: Api) -> Iterator[Upstream]:
    """The platform on loopback, for as long as the tests run: processes may be told its address."""
    stack = AsyncExitStack()
    upstream = api.run(stack.enter_async_context(serve(Upstream())))
    yield upstream
    api.run(stack.aclose())


@pytest.fixture
def upstream(upstream_server: Upstream, settings: Any) -> Iterator[Upstream]:
    """The platform, clean, as the probe's base address."""
    upstream_server.asked.clear()
    upstream_server.script.clear()
    counter = iter(range(1, 1_000_000))
    upstream_server.respond = lambda asked: {"id": f"m{next(counter)}", "name": "Probe", "item": "thing"}
    settings.CONNECTOR_SETTINGS = {
        **django_settings.CONNECTOR_SETTINGS,
        "PROBE_API_BASE": upstream_server.base,
    }
    settings.OPERATOR_BASES = frozenset({*django_settings.OPERATOR_BASES, upstream_server.base})
    yield upstream_server
    if upstream_server.gate is not None:
        upstream_server.gate.set()
        upstream_server.gate = None


@pytest.fixture
def connect(api: Api, upstream: Upstream, make_customer: Callable[..., Any]) -> Callable[..., Probed]:
    """Make a customer and connect the probe."""
    from tenants import connections

    def make(name: str = "acme", plan: str = "growth", label: str | None = None) -> Probed:
        person = make_customer(name, plan=plan)
        given = {"token": f"token-of-{person.customer.public_id}"}
        # The probe's account ids are global: each customer connects an account of its own.
        upstream.script.append((200, {}, {"id": person.customer.public_id, "name": "Probe"}))
        linked = connections.link(person.customer.pk, "probe", given, label=label)
        upstream.asked.clear()
        return Probed(person.live_key, person.customer, linked.public_id, linked.account, person.test_key)

    return make


@pytest.fixture
def probed(connect: Callable[..., Probed]) -> Probed:
    """acme with the probe connected."""
    return connect()
