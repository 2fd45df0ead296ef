"""Short ways to connect to the probe."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from audit.models import AuditEntry
from tenants import connections
from tenants.models import Connection, Customer
from tests.support.upstream import Upstream

Link = Callable[..., Connection]


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
