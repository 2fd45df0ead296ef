"""Whose deliveries are next: customers take turns, and a customer's accounts among themselves."""

import random
from collections.abc import Iterable
from itertools import chain, zip_longest

from django.db.models import QuerySet

from hermes.core import clock
from inbox.models import WebhookDelivery
from tenants import routing


def due() -> "QuerySet[WebhookDelivery]":
    """The deliveries whose time has come."""
    return WebhookDelivery.objects.filter(state=WebhookDelivery.State.RECEIVED, next_try_at__lte=clock.now())


def lanes() -> list[str]:
    """The lanes in which something is due: first one of each customer, then a second one of each, and so on.

    Customers and their lanes are in random order, so that workers rarely meet. Lanes of accounts that nobody
    has connected share one place.
    """
    found = list(due().order_by().values_list("lane", flat=True).distinct())
    random.shuffle(found)
    owners = routing.owners(found)
    of_owner: dict[int | None, list[str]] = {}
    for lane in found:
        of_owner.setdefault(owners.get(lane), []).append(lane)
    return list(_interleaved(of_owner.values()))


def _interleaved(lists: Iterable[list[str]]) -> Iterable[str]:
    return (lane for lane in chain.from_iterable(zip_longest(*lists)) if lane is not None)
