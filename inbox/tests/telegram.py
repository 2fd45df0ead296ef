"""Telegram's bots in tests: what is called, posted and settled."""

from typing import Any

from hermes.core import clock
from inbox import deliveries
from inbox.models import WebhookDelivery
from tenants.models import Connection
from tests.support.api import Api
from tests.support.surfaces import SURFACES

CHAT = 123456789


def call(api: Api, key: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """The data of a call that goes well."""
    told = SURFACES["rest"](api, key, tool, arguments)
    assert told.code == "ok", told.response.text
    data: dict[str, Any] = told.data
    return data


def settle(connection: Connection | str) -> list[str]:
    """Let a worker try what was posted to a connection; the states."""
    public_id = connection if isinstance(connection, str) else connection.public_id
    rows = WebhookDelivery.objects.filter(addressee=public_id)
    rows.filter(state="received").update(next_try_at=clock.now())
    for row in rows.filter(state="received"):
        deliveries.settle(row.pk)
    return list(rows.order_by("pk").values_list("state", flat=True))
