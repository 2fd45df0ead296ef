"""What changed for a customer: published on the bus by any process, told to every client that listens."""

from collections.abc import Mapping, Sequence
from typing import Any

from hermes.core import bus
from mcp_gateway.mcp import wire
from tenants.changes import topic

LISTS = {
    "tools": "notifications/tools/list_changed",
    "prompts": "notifications/prompts/list_changed",
    "resources": "notifications/resources/list_changed",
}
UPDATED = "notifications/resources/updated"


async def announce(customer: str, *, lists: Sequence[str] = (), uri: str | None = None) -> None:
    """Say that lists (of `LISTS`) or one resource changed. Raises Unavailable where the bus is down."""
    await bus.apublish(topic(customer), {"lists": list(lists), "uri": uri})


def lists_in(message: Mapping[str, Any]) -> list[str]:
    """The lists a bus message says have changed."""
    return [kind for kind in message.get("lists") or () if kind in LISTS]


def list_changed(kind: str, meta: Mapping[str, Any] | None = None) -> bytes:
    """The notification that a list changed."""
    return wire.notification(LISTS[kind], {"_meta": meta} if meta else {})


def updated(uri: str, meta: Mapping[str, Any] | None = None) -> bytes:
    """The notification that a resource changed."""
    return wire.notification(UPDATED, {"uri": uri, **({"_meta": meta} if meta else {})})
