"""Telling every process, and every client that listens, that something of a customer has changed."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from hermes.core import bus, epoch


def topic(customer: str) -> str:
    """The bus topic of everything that concerns one customer (its public id)."""
    return f"customer:{customer}"


def announce(customer: str, *, lists: Sequence[str] = (), mode: str | None = None) -> None:
    """After the commit, make every process read the customer (public id) anew before its next call.

    `lists` names what clients should list again (`tools`), `mode` whose keys it concerns where it does not
    concern those of both (live, test). Without Redis the caches' time to live
    (5 s) does it: the change stands, so nothing is raised.
    """
    transaction.on_commit(partial(epoch.raise_epoch, customer), robust=True)
    if lists:
        message = {"lists": list(lists), "mode": mode, "uri": None}
        transaction.on_commit(partial(bus.publish, topic(customer), message), robust=True)
