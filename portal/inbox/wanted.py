"""The list of conversations as it was asked for in the address."""

import dataclasses
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.http import urlencode
from msgspec import to_builtins

from connectors.registry import all_connectors
from inbox import freshness, threads
from portal.access import MemberRequest
from tenants import connections
from tenants.models import Connection

THREADS = 30
LIMIT_QUERY = 200
LIMIT_CHANNEL = 40


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations: with `words`, unread ones, of a `channel` (a platform, or an account's id)."""

    customer_id: int
    words: str
    is_unread: bool
    channel: str

    @property
    def accounts(self) -> "QuerySet[Connection]":
        """The accounts looked at; none where the channel is unknown or another customer's."""
        rows = connections.listed(self.customer_id)
        if not self.channel:
            return rows
        return rows.filter(Q(platform=self.channel) | Q(public_id=self.channel))

    @property
    def query(self) -> str:
        """It as an address has it."""
        given = {"q": self.words, "unread": "1" if self.is_unread else "", "channel": self.channel}
        return urlencode({name: value for name, value in given.items() if value})

    def mark(self) -> str:
        """Changes with what the first page shows; one query."""
        return freshness.of_threads(self.customer_id, self.accounts, unread=self.is_unread, limit=THREADS)


def wanted(request: MemberRequest) -> Wanted:
    """What the address asks for."""
    return Wanted(
        customer_id=request.visit.customer.pk,
        words=request.GET.get("q", "").strip()[:LIMIT_QUERY],
        is_unread="unread" in request.GET,
        channel=request.GET.get("channel", "")[:LIMIT_CHANNEL],
    )


def listed(asked: Wanted, cursor: str | None) -> dict[str, Any]:
    """A page of what is asked for, the latest first. Raises InvalidArgument (the cursor)."""
    # The mark is read first: what comes in between shows with the next look.
    mark = asked.mark()
    page = threads.threads(
        asked.customer_id,
        list(asked.accounts.values_list("pk", flat=True)),
        q=asked.words or None,
        unread=asked.is_unread or None,
        limit=THREADS,
        cursor=cursor,
    )
    told: dict[str, Any] = to_builtins(page)
    older = told.get("next_cursor")
    return told | {
        "wanted": asked,
        "mark": mark,
        "is_live": not asked.words and cursor is None,
        "older": f"?{asked.query}&{urlencode({'cursor': older})}" if older else "",
    }


def channels(customer_id: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be chosen: by platform its accounts, and all of them where there are several."""
    held: dict[str, list[tuple[str, str]]] = {}
    for account in connections.listed(customer_id):
        label = f"{account.account} (sandbox)" if account.mode == "test" else account.account
        held.setdefault(account.platform, []).append((account.public_id, label))
    return [
        (known.name, [(slug, f"All of {known.name}")] * (len(held[slug]) > 1) + held[slug])
        for slug, known in all_connectors().items()
        if slug in held
    ]
