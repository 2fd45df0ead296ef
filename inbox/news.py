"""What subscribers of an inbox learn on the bus: which rows to read anew, none of their content.

The inbox of a customer's test keys and that of its live keys are two topics (`mode` as of the keys).
"""

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from hermes.core import bus
from hermes.core.errors import Unavailable

CALLED = {"event": "inbox.called"}  # a call sent something or marked it as read


def topic(customer: str, mode: str) -> str:
    """The bus topic of one inbox of a customer (its public id)."""
    return f"inbox:{mode}:{customer}"


def announce(customer: str, mode: str, *messages: Mapping[str, Any]) -> None:
    """Publish after the commit; without Redis nobody is told, and what is stored stands."""
    if messages:
        transaction.on_commit(partial(bus.publish, topic(customer, mode), *messages), robust=True)


async def tell(customer: str, mode: str, message: Mapping[str, Any]) -> None:
    """Publish what is stored already; without Redis nobody is told."""
    with contextlib.suppress(Unavailable):
        await bus.apublish(topic(customer, mode), message)
