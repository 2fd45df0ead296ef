"""A platform on loopback that the probe connector talks to, and short ways to connect to it."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings

from audit.models import AuditEntry
from tenants import connections
from tenants.models import Connection, Customer
from tests.support.upstream import Upstream, serve

Link = Callable[..., Connection]


@pytest.fixture(scope="session")
def _platform() -> Iterator[Upstream]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="platform-loop", daemon=True)
    thread.start()
    stack = AsyncExitStack()
    yield asyncio.run_coroutine_threadsafe(stack.enter_async_context(serve(Upstream())), loop).result(10)
    asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def upstream(_platform: Upstream, settings: Any) -> Upstream:
    """The platform, clean, as the probe's base address."""
    _platform.asked.clear()
    _platform.script.clear()
    settings.CONNECTOR_SETTINGS = {**django_settings.CONNECTOR_SETTINGS, "PROBE_API_BASE": _platform.base}
    settings.OPERATOR_BASES = frozenset({*django_settings.OPERATOR_BASES, _platform.base})
    return _platform


@pytest.fixture
def link(upstream: Upstream) -> Link:
    """Connect the probe account `account` (default: one of its own) with a token: `link(acme.customer)`."""

    def make(customer: Customer, account: str | None = None, **options: Any) -> Connection:
        account = account or uuid.uuid4().hex
        upstream.script.append((200, {}, {"id": account, "name": f"Probe {account[:6]}"}))
        token = options.pop("token", f"token-of-{account}")
        return connections.link(customer.pk, "probe", {"token": token}, **options)

    return make


def acts(customer: Customer) -> list[str]:
    """The customer's acts of management, in order."""
    return list(AuditEntry.objects.filter(customer=customer).order_by("pk").values_list("action", flat=True))
