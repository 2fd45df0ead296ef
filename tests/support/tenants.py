"""Customers with an account connected at every platform there is, and something in their inbox."""

import dataclasses
import io
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings

from connectors import sandbox
from connectors.kit.webhook import InboundMessage
from connectors.registry import all_connectors
from connectors.sandbox import MemoryStore
from hermes.core import clock, egress
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
    hook: str

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

    def forward(self, api: Api) -> str:
        """Have its events forwarded; the endpoint's id."""
        made = api.post("/api/webhooks", self.key, {"url": self.hook})
        return str(made.json()["webhook"]["id"])


@dataclasses.dataclass(frozen=True)
class World:
    """All platforms: what they were asked, and new customers with an account at each or at some."""

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


def _fill(row: Any) -> None:
    """Put the sample files of a platform that is files into a live connection."""
    from tenants import credentials, probes

    spec, packed = all_connectors()[row.platform].vault, sandbox.archive(row.platform)
    if spec is not None and packed is not None:
        load, samples = spec.load, io.BytesIO(packed)
        probes.ask(lambda ctx: load(ctx, samples, False), row, credentials.of_connection(row))


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
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Every platform at its stand-in: `world.make("acme")`, `world.make("acme", only={"whatsapp"})`.

    Every customer has the probe connected, whatever else.
    """
    from tenants import connections, customers

    platform_servers.begin()
    bases = {
        setting.name: platform_servers.bases[slug]
        for slug in platform_servers.bases
        for setting in all_connectors()[slug].settings
        if setting.is_base
    }
    settings.CONNECTOR_SETTINGS = {**django_settings.CONNECTOR_SETTINGS, **bases}
    settings.OPERATOR_BASES = frozenset({*django_settings.OPERATOR_BASES, *bases.values()})
    settings.EGRESS_ALLOW = [upstream.base.removeprefix("http://")]
    monkeypatch.setattr(egress, "dial", platform_servers.dial)

    def make(
        name: str, plan: str = "enterprise", only: Collection[str] | None = None, **labels: str
    ) -> Tenant:
        probed = connect(name, plan="enterprise", label=labels.get("probe"))
        linked, secrets = {"probe": probed.connection}, [f"token-of-{probed.customer.public_id}"]
        for slug in platform_servers.bases if only is None else sorted(only):
            account = platform_servers.open_account(slug)
            row = connections.link(probed.customer.pk, slug, account.credentials, label=labels.get(slug))
            linked[slug] = row.public_id
            _fill(row)
            secrets += account.secrets
        upstream.asked.clear()
        platform_servers.asked.clear()
        if plan != "enterprise":  # a small plan has fewer connections than there are platforms
            customers.change_plan(probed.customer, plan)
        hook = f"{upstream.base}/hook"
        return Tenant(name, probed.key, probed.test_key, probed.customer, linked, tuple(secrets), hook)

    return World(upstream, platform_servers, make)


@pytest.fixture
def needed(request: pytest.FixtureRequest) -> frozenset[str] | None:
    """Where the customers of a test need an account beside the probe: at WhatsApp, which most inboxes are
    filled by, and at the platform of the tool that the parameter `tool` names. A tool that goes across
    platforms needs all of them, which is None.
    """
    from mcp_gateway import catalogue

    platforms = {"whatsapp"}
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    if "tool" in params:
        connector = catalogue.every_tool()[params["tool"]].connector
        if connector is None:
            return None
        platforms.add(connector.slug)
    return frozenset(platforms - {"probe"})
