"""Customers with an account connected at every platform there is, and something in their inbox."""

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings

from connectors import sandbox
from connectors.kit.webhook import InboundMessage
from connectors.registry import all_connectors
from connectors.sandbox import MemoryStore
from hermes.core import clock
from tests.support.api import Api
from tests.support.platforms import Platforms, serve
from tests.support.probed import Probed
from tests.support.upstream import Asked, Upstream


@dataclasses.dataclass(frozen=True)
class Tenant:
    """A customer, its keys, its connections (public ids by platform) and the secrets of its accounts."""

    name: str
    key: str
    test_key: str
    customer: Any
    connections: dict[str, str]
    secrets: tuple[str, ...]

    def hear(self, platform: str, contact: str, text: str, contact_name: str = "") -> str:
        """A contact writes to the account at `platform`; returns the platform's id of the message."""
        from inbox import effects
        from tenants import connections

        connection = connections.get(self.customer.pk, self.connections[platform])
        message = InboundMessage(
            route=(connection.external_id,),
            upstream_id=f"wamid.{uuid.uuid4().hex}",
            contact=contact,
            contact_phone=contact,
            contact_name=contact_name,
            at=clock.now(),
            kind="text",
            text=text,
        )
        effects.apply(self.customer.pk, connection.pk, [message])
        return message.upstream_id


@dataclasses.dataclass(frozen=True)
class World:
    """All platforms: what they were asked, and new customers with an account at each."""

    upstream: Upstream
    platforms: Platforms
    make: Callable[..., Tenant]

    @property
    def asked(self) -> list[Asked]:
        """Every request to any platform."""
        return [*self.upstream.asked, *self.platforms.asked]

    def forget(self) -> None:
        """Forget what was asked."""
        self.upstream.asked.clear()
        self.platforms.asked.clear()


@pytest.fixture(scope="session")
def platform_servers(api: Api) -> Iterator[Platforms]:
    """The stand-ins' servers, for as long as the tests run."""
    slugs = [slug for slug in all_connectors() if sandbox.standin(slug, MemoryStore()) is not None]
    stack = AsyncExitStack()
    yield api.run(stack.enter_async_context(serve(Platforms(), slugs)))
    api.run(stack.aclose())


@pytest.fixture
def world(
    upstream: Upstream,
    platform_servers: Platforms,
    settings: Any,
    make_customer: Callable[..., Any],
    connect: Callable[..., Probed],
) -> World:
    """Every platform at its stand-in: `world.make("acme")`."""
    from tenants import connections

    platform_servers.asked.clear()
    platform_servers.script.clear()
    platform_servers.answer = platform_servers.told_by_account
    bases = {
        setting.name: platform_servers.bases[slug]
        for slug in platform_servers.bases
        for setting in all_connectors()[slug].settings
        if setting.is_base
    }
    settings.CONNECTOR_SETTINGS = {**django_settings.CONNECTOR_SETTINGS, **bases}
    settings.OPERATOR_BASES = frozenset({*django_settings.OPERATOR_BASES, *bases.values()})

    def make(name: str, plan: str = "enterprise", **labels: str) -> Tenant:
        probed = connect(name, plan=plan, label=labels.get("probe"))
        linked, secrets = {"probe": probed.connection}, [f"token-of-{probed.customer.public_id}"]
        for slug in platform_servers.bases:
            account = platform_servers.open_account(slug)
            row = connections.link(probed.customer.pk, slug, account.credentials, label=labels.get(slug))
            linked[slug] = row.public_id
            secrets += account.secrets
        upstream.asked.clear()
        platform_servers.asked.clear()
        return Tenant(name, probed.key, probed.test_key, probed.customer, linked, tuple(secrets))

    return World(upstream, platform_servers, make)
