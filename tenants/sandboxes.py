"""The sandbox of a customer: a connection to the stand-in of each platform, for test keys only."""

import io
from collections.abc import Mapping

import structlog
from django.db import transaction

from connectors import sandbox
from connectors.registry import all_connectors
from connectors.sandbox import MemoryStore
from hermes.core.deadlocks import repeated
from hermes.core.errors import HermesError
from tenants import linking, probes
from tenants.models import ApiKey, Connection, Customer

LABEL = "sandbox"
log = structlog.get_logger(__name__)


def platforms() -> set[str]:
    """The platforms that have a stand-in."""
    return {slug for slug in all_connectors() if sandbox.standin(slug, MemoryStore()) is not None}


def ensure(customer: Customer) -> None:
    """Give the customer a sandbox connection of every platform it has none of.

    One that cannot be made now (without Redis) is left for the next time.
    """
    had = Connection.objects.of(customer).filter(mode=ApiKey.Mode.TEST).values_list("platform", flat=True)
    for platform in sorted(platforms() - set(had)):
        try:
            _make(customer, platform)
        except HermesError as error:
            log.warning("sandbox_not_made", platform=platform, error=error.message)


@repeated
def _make(customer: Customer, platform: str) -> None:
    connector = all_connectors()[platform]
    draft = linking.draft(customer, platform, ApiKey.Mode.TEST)
    given: Mapping[str, str] = sandbox.credentials(platform)
    credentials = connector.credentials.parse(given)
    identity = probes.identify(connector, draft, credentials)
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)
        if Connection.objects.of(customer).filter(mode=ApiKey.Mode.TEST, platform=platform).exists():
            return
        linking.place(draft, credentials, identity, label=LABEL)
    if connector.vault is not None:
        samples, load = io.BytesIO(sandbox.archive(platform) or b""), connector.vault.load
        probes.ask(lambda ctx: load(ctx, samples, False), draft, credentials)
