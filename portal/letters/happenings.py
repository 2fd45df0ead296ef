"""Letters about what happens, written in its transaction: an account refused, a new key, the end."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from connectors.registry import all_connectors
from portal.letters import outbox, recipients, writing
from tenants import erasure, keys, states
from tenants.actors import SYSTEM, Actor
from tenants.models import ApiKey, Connection


def watch() -> None:
    """Hear of it."""
    states.moved.connect(_on_moved, dispatch_uid="portal.letters")
    states.ending.connect(_on_ending, dispatch_uid="portal.letters")
    keys.issued.connect(_on_key, dispatch_uid="portal.letters")
    erasure.erased.connect(_on_erased, dispatch_uid="portal.letters")


def _on_moved(connection: Connection, **_: Any) -> None:
    if connection.status == Connection.Status.NEEDS_REAUTH:
        _about("reconnect", connection, reason=connection.status_reason)


def _on_ending(connection: Connection, notice: str, **_: Any) -> None:
    _about("ending", connection, notice=notice)


def _about(name: str, connection: Connection, **told: str) -> None:
    if connection.mode != ApiKey.Mode.LIVE:
        return
    platform = all_connectors()[connection.platform].name
    recipients.tell(
        name,
        connection.customer,
        recipients.WHO_MANAGE,
        {"platform": platform, "account": connection.account, **told},
        address=reverse("connections:detail", args=[connection.public_id]),
    )


def _on_key(key: ApiKey, by: Actor, before: ApiKey | None, **_: Any) -> None:
    if by == SYSTEM:  # the first keys, which their owner is handed
        return
    recipients.tell(
        "new_key",
        key.customer,
        recipients.OWNERS,
        {
            "name": key.name,
            "mode": "sandbox" if key.mode == ApiKey.Mode.TEST else "live",
            "scopes": ", ".join(key.scopes),
            "who": recipients.who(key.customer_id, by),
            "by_address": by.address,
            "before": before.public_id if before else "",
        },
        address=reverse("keys:index"),
    )


def _on_erased(name: str, addresses: Sequence[str], told: Sequence[str], **_: Any) -> None:
    # To addresses alone: the rows of customer and people are gone.
    lines = [writing.inert(line) for line in told]
    written = writing.write("erased", {"customer": name, "told": lines})
    for address in addresses:
        outbox.put(address, *written)
