"""What changed for a customer: published on the bus by any process, told to every client that listens."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from hermes.core import bus
from inbox import news
from mcp_gateway.mcp import wire
from mcp_gateway.mcp.uris import CONNECTIONS, INBOX, thread_uri
from tenants import changes
from tenants.principals import Principal

LISTS = {
    "tools": "notifications/tools/list_changed",
    "prompts": "notifications/prompts/list_changed",
    "resources": "notifications/resources/list_changed",
}
UPDATED = "notifications/resources/updated"


@dataclasses.dataclass(slots=True)
class Changes:
    """What some bus messages mean together; `missed`: anything may have changed besides."""

    lists: set[str] = dataclasses.field(default_factory=set)
    uris: set[str] = dataclasses.field(default_factory=set)
    missed: bool = False

    def told(
        self, kinds: Iterable[str], uris: Collection[str], meta: Mapping[str, Any] | None = None
    ) -> list[bytes]:
        """The notifications for a client that wants these lists and resources, each once."""
        lists = [list_changed(k, meta) for k in kinds if k in LISTS and (self.missed or k in self.lists)]
        return lists + [updated(uri, meta) for uri in uris if self.missed or uri in self.uris]


async def announce(customer: str, *, lists: Sequence[str] = (), uri: str | None = None) -> None:
    """Say that lists (of `LISTS`) or one resource changed. Raises Unavailable where the bus is down."""
    await bus.apublish(changes.topic(customer), {"lists": list(lists), "uri": uri})


def topics(principal: Principal) -> tuple[str, str]:
    """Where what concerns a principal is published: its customer's topic and that of its mode's inbox."""
    return changes.topic(principal.customer), news.topic(principal.customer, principal.mode)


def changes_in(messages: Iterable[Mapping[str, Any]], mode: str) -> Changes:
    """What bus messages say to a listener whose key is of this mode."""
    found = Changes()
    for message in messages:
        if message is bus.MISSED:
            found.missed = True
        elif "event" in message:
            found.uris.add(INBOX)
            if "thread" in message:
                found.uris.add(thread_uri(message["platform"], message["thread"]))
        elif message.get("mode") in (None, mode):
            found.lists.update(message.get("lists") or ())
            found.uris.update(uri for uri in [message.get("uri")] if uri)
            if "tools" in found.lists:
                # Which tools there are follows from which accounts are connected.
                found.uris.add(CONNECTIONS)
    return found


def list_changed(kind: str, meta: Mapping[str, Any] | None = None) -> bytes:
    """The notification that a list changed."""
    return wire.notification(LISTS[kind], {"_meta": meta} if meta else {})


def updated(uri: str, meta: Mapping[str, Any] | None = None) -> bytes:
    """The notification that a resource changed."""
    return wire.notification(UPDATED, {"uri": uri, **({"_meta": meta} if meta else {})})
